// Inside the jail: forks a process a call and tells the recorder where each begins; the counterpart of each.py.
// Stands after the calls' functions and `apipack_calls`, the table of them, which ends with a null pointer.
// Arguments: the path that begins a mark, and the seconds that a call may take. What a call prints is nobody's.

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void apipack_mark(const char *path, int number) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80)};
  char answer[4096];
  inet_pton(AF_INET, "100.64.0.1", &address.sin_addr);
  int server = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(server, (struct sockaddr *)&address, sizeof address)) exit(3);
  dprintf(server, "GET %s%d HTTP/1.1\r\nHost: 100.64.0.1\r\nConnection: close\r\n\r\n", path, number);
  while (read(server, answer, sizeof answer) > 0) {
  }
  close(server);
}

int main(int count, char **arguments) {
  int report = open("report", O_WRONLY | O_CREAT | O_TRUNC, 0600), null = open("/dev/null", O_WRONLY);
  if (count < 3 || report < 0 || null < 0) return 2;
  curl_global_init(CURL_GLOBAL_ALL);
  for (int i = 0; apipack_calls[i].call; i++) {
    int state = 0;
    apipack_mark(arguments[1], apipack_calls[i].number);
    pid_t child = fork();
    if (!child) {
      dup2(null, 1);
      dup2(null, 2);
      alarm(atoi(arguments[2]));
      exit(apipack_calls[i].call());
    }
    if (child < 0 || waitpid(child, &state, 0) < 0) return 4;
    const char *status = WIFSIGNALED(state) && WTERMSIG(state) == SIGALRM ? "timeout" : state ? "failed" : "ok";
    dprintf(report, "[%d,\"%s\",\"\"]\n", apipack_calls[i].number, status);
  }
  return 0;
}
