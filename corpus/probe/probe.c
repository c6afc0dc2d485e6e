/* A probe for a machine: counts in SQLite, a plugin, a clock of another zone, and a look upstream. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <microhttpd.h>
#include <pwd.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

static struct { char hall[32]; int port; sqlite3 *db; } probe = {"none", 0, NULL};

static int overview(char *text, size_t size) {
  const struct passwd *user = getpwnam("games");
  return snprintf(text, size, "hall %s zlib %s user %s\n", probe.hall, zlibVersion(), user ? user->pw_name : "?");
}

static int count(char *text, size_t size) {
  sqlite3_stmt *query;
  int total = -1;
  sqlite3_exec(probe.db, "insert into visit default values", NULL, NULL, NULL);
  if (sqlite3_prepare_v2(probe.db, "select count(*) from visit", -1, &query, NULL) == SQLITE_OK) {
    if (sqlite3_step(query) == SQLITE_ROW) total = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
  }
  return snprintf(text, size, "visits %d\n", total);
}

static int plugin(char *text, size_t size) {
  void *library = dlopen("/usr/local/lib/probe/load.so", RTLD_LAZY);
  int (*measure)(char *, unsigned long) = NULL;
  if (library) *(void **)&measure = dlsym(library, "measure");
  return measure ? measure(text, size) : snprintf(text, size, "no plugin: %s\n", dlerror());
}

static int clock_of_lima(char *text, size_t size) {
  time_t now = time(NULL);
  setenv("TZ", "America/Lima", 1);
  tzset();
  return (int)strftime(text, size, "%H:%M %z\n", localtime(&now));
}

static int upstream(char *text, size_t size) {
  CURL *request = curl_easy_init();
  curl_easy_setopt(request, CURLOPT_URL, "https://localhost:9/");
  CURLcode result = curl_easy_perform(request);
  curl_easy_cleanup(request);
  return snprintf(text, size, "upstream: %s\n", curl_easy_strerror(result));
}

static const struct { const char *path; int (*answer)(char *, size_t); } routes[] = {
    {"/", overview}, {"/visits", count}, {"/load", plugin}, {"/lima", clock_of_lima}, {"/upstream", upstream}};

static enum MHD_Result serve(void *closure, struct MHD_Connection *connection, const char *url, const char *method,
                             const char *version, const char *data, size_t *size, void **state) {
  static int seen;
  char text[1024] = "no such page\n";
  int status = MHD_HTTP_NOT_FOUND;
  (void)closure, (void)method, (void)version, (void)data;
  if (!*state) return *state = &seen, MHD_YES;
  *size = 0;
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    if (!strcmp(url, routes[i].path)) status = routes[i].answer(text, sizeof text) > 0 ? MHD_HTTP_OK : 500;
  struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

int main(int count, char **arguments) {
  FILE *file = fopen(count > 1 ? arguments[1] : "/etc/probe/probe.ini", "r");
  sigset_t ends;
  int signal;
  if (!file || fscanf(file, "hall %31s port %d", probe.hall, &probe.port) != 2) return perror("probe.ini"), 1;
  fclose(file);
  sigemptyset(&ends), sigaddset(&ends, SIGTERM), sigaddset(&ends, SIGINT), sigprocmask(SIG_BLOCK, &ends, NULL);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  if (sqlite3_open("/var/lib/probe/visits.db", &probe.db) ||
      sqlite3_exec(probe.db, "create table if not exists visit (id integer primary key)", NULL, NULL, NULL))
    return fprintf(stderr, "visits.db: %s\n", sqlite3_errmsg(probe.db)), 1;
  struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, (unsigned short)probe.port, NULL, NULL,
                                               serve, NULL, MHD_OPTION_END);
  if (!daemon) return fputs("cannot listen\n", stderr), 1;
  printf("probe listens on %d\n", probe.port), fflush(stdout);
  sigwait(&ends, &signal);
  MHD_stop_daemon(daemon);
  sqlite3_close(probe.db);
  return 0;
}
