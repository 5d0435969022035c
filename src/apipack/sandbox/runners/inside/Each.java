// Inside the jail: compiles every call at once, in memory, and runs one after the other in this JVM.
// Arguments: the path that begins a mark, then the calls' numbers. Lines of `report` are JSON lists: number, status,
// detail; what does not compile is taken out and the rest compiled again.

import java.io.*;
import java.lang.reflect.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import javax.tools.*;

public class Each {
  static final String MARKS = "100.64.0.1";

  public static void main(String[] arguments) throws Exception {
    PrintStream report = new PrintStream(new FileOutputStream("report"), true, "UTF-8");
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    System.setErr(System.out);
    List<String> numbers = new ArrayList<>(Arrays.asList(arguments).subList(1, arguments.length));
    compile(numbers, report);
    URLClassLoader loader = new URLClassLoader(new URL[] {new File("classes").toURI().toURL()});
    ExecutorService threads = Executors.newCachedThreadPool(run -> {
      Thread thread = new Thread(run);
      thread.setDaemon(true);
      return thread;
    });
    for (String number : numbers) {
      new URL("http://" + MARKS + arguments[0] + number).openStream().close();
      Future<?> running = threads.submit(() -> call(loader, number));
      try {
        running.get(10, TimeUnit.SECONDS);
        line(report, number, "ok", "");
      } catch (TimeoutException error) {
        running.cancel(true);
        line(report, number, "timeout", "");
      } catch (ExecutionException error) {
        line(report, number, "failed", String.valueOf(error.getCause()));
      }
    }
    System.exit(0);
  }

  static Void call(ClassLoader loader, String number) throws Exception {
    Method method = loader.loadClass("Call" + number).getDeclaredMethod("call");
    method.setAccessible(true);
    try {
      method.invoke(null);
    } catch (InvocationTargetException error) {
      throw new Exception(String.valueOf(error.getCause()));
    }
    return null;
  }

  static void compile(List<String> numbers, PrintStream report) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Files.createDirectories(Paths.get("classes"));
    while (!numbers.isEmpty()) {
      DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
      StandardJavaFileManager manager = compiler.getStandardFileManager(found, null, StandardCharsets.UTF_8);
      List<File> files = new ArrayList<>();
      for (String number : numbers) files.add(new File("Call" + number + ".java"));
      List<String> options = List.of("-d", "classes", "-proc:none", "-nowarn", "-Xmaxerrs", "0");
      boolean done = compiler.getTask(null, manager, found, options, null, manager.getJavaFileObjectsFromFiles(files)).call();
      if (done) return;
      Map<String, String> wrong = new TreeMap<>();
      for (Diagnostic<? extends JavaFileObject> problem : found.getDiagnostics()) {
        if (problem.getKind() == Diagnostic.Kind.ERROR && problem.getSource() != null) {
          String name = new File(problem.getSource().getName()).getName();
          wrong.putIfAbsent(name.substring(4, name.length() - 5), problem.getMessage(Locale.ROOT));
        }
      }
      if (wrong.isEmpty()) wrong.put(numbers.get(0), "the compiler failed");
      for (Map.Entry<String, String> entry : wrong.entrySet()) {
        numbers.remove(entry.getKey());
        line(report, entry.getKey(), "does_not_compile", entry.getValue());
      }
    }
  }

  static void line(PrintStream report, String number, String status, String detail) {
    StringBuilder text = new StringBuilder();
    for (char c : detail.toCharArray()) {
      if (c == '"' || c == '\\' || c < 32 || c > 126) text.append(String.format("\\u%04x", (int) c));
      else text.append(c);
    }
    report.println("[" + number + ",\"" + status + "\",\"" + text + "\"]");
  }
}
