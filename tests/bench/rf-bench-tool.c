/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a command and prints what it has cost, as one JSON object. A program of its own, and a small one:
 * the peak memory that the kernel tells of a child includes that of who has started it. What the
 * command prints goes to standard error. */

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rf-bench-report.h"

#define EXIT_NOT_STARTED 127

static G_GNUC_NORETURN void
become (char **command)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  dup2 (STDERR_FILENO, STDOUT_FILENO);
  execvp (command[0], command);
  _exit (EXIT_NOT_STARTED);
}

static double
to_seconds (struct timeval time)
{
  return (double)time.tv_sec + (double)time.tv_usec / G_USEC_PER_SEC;
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) report = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();
  struct rusage usage;
  int status;
  pid_t child;

  if (argc < 2)
    {
      g_printerr ("Usage: %s COMMAND [ARGUMENT]…\n", argv[0]);
      return 2;
    }
  child = fork ();
  if (child == 0)
    become (argv + 1);
  if (child < 0 || wait4 (child, &status, 0, &usage) != child)
    g_error ("%s: %s", argv[1], g_strerror (errno));

  if (!g_spawn_check_wait_status (status, &error))
    return rf_bench_report_failure (error);
  rf_bench_report_number (report, "seconds", rf_bench_seconds (began, g_get_monotonic_time ()));
  rf_bench_report_number (report, "user", to_seconds (usage.ru_utime));
  rf_bench_report_number (report, "system", to_seconds (usage.ru_stime));
  rf_bench_report_count (report, "max_rss", 1024 * (guint64)usage.ru_maxrss);
  rf_bench_report_print (report);
  return 0;
}
