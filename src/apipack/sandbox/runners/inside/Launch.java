// Inside the jail: runs one program, waits until no request of it is under way, and ends.
// Arguments: a class, whose `main` is called. OkHttp keeps an idle thread for a minute after `enqueue`.

import java.lang.reflect.*;

public class Launch {
  static final int PATIENCE = 500; // times 10 ms

  public static void main(String[] arguments) throws Exception {
    Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    int status = 0;
    try {
      main.invoke(null, (Object) new String[0]);
    } catch (InvocationTargetException error) {
      error.getCause().printStackTrace();
      status = 1;
    }
    for (int turn = 0; turn < PATIENCE && busy(); turn++) Thread.sleep(10);
    System.exit(status);
  }

  static boolean busy() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey() != Thread.currentThread() && !entry.getKey().isDaemon())
        .filter(entry -> !entry.getKey().getThreadGroup().getName().equals("system"))
        .anyMatch(entry -> java.util.Arrays.stream(entry.getValue())
            .noneMatch(frame -> frame.getMethodName().equals("getTask") || frame.getMethodName().equals("destroyJavaVM")));
  }
}
