/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The peak of the resident memory is asked of the memory map, which is new with each program:
 * getrusage() would also count what the process was before it became this program. */

#include "rf-bench-report.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define EXIT_FAILED_RUN 1

/* A folder has a link from itself and one from above it. */
#define LINKS_OF_AN_EMPTY_FOLDER 2

static guint64
read_status_bytes (const char *field)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  line = strstr (status, field);
  return line != NULL ? 1024 * g_ascii_strtoull (line + strlen (field), NULL, 10) : 0;
}

static double
to_seconds (struct timeval time)
{
  return (double)time.tv_sec + (double)time.tv_usec / G_USEC_PER_SEC;
}

double
rf_bench_seconds (gint64 began, gint64 ended)
{
  return (double)(ended - began) / G_USEC_PER_SEC;
}

void
rf_bench_measure_begin (RfBenchMeasure *self)
{
  struct rusage usage;

  self->base_rss = read_status_bytes ("VmRSS:");
  getrusage (RUSAGE_SELF, &usage);
  self->user = to_seconds (usage.ru_utime);
  self->system = to_seconds (usage.ru_stime);
  self->began = g_get_monotonic_time ();
}

void
rf_bench_measure_end (const RfBenchMeasure *self, GString *report)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  rf_bench_report_number (report, "user", to_seconds (usage.ru_utime) - self->user);
  rf_bench_report_number (report, "system", to_seconds (usage.ru_stime) - self->system);
  rf_bench_report_count (report, "base_rss", self->base_rss);
  rf_bench_report_count (report, "max_rss", read_status_bytes ("VmHWM:"));
}

guint
rf_bench_count_threads (void)
{
  struct stat tasks;

  if (stat ("/proc/self/task", &tasks) != 0)
    return 0;
  return (guint)tasks.st_nlink - LINKS_OF_AN_EMPTY_FOLDER;
}

static void
append_key (GString *report, const char *key)
{
  g_string_append_printf (report, "%s\"%s\": ", report->len > 0 ? ", " : "", key);
}

/* Not in the user's locale, which may have a comma. */
static void
append_number (GString *report, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (report, g_ascii_formatd (text, sizeof text, "%.6f", value));
}

void
rf_bench_report_number (GString *report, const char *key, double value)
{
  append_key (report, key);
  append_number (report, value);
}

void
rf_bench_report_count (GString *report, const char *key, guint64 value)
{
  append_key (report, key);
  g_string_append_printf (report, "%" G_GUINT64_FORMAT, value);
}

void
rf_bench_report_text (GString *report, const char *key, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  append_key (report, key);
  g_string_append_c (report, '"');
  for (const char *c = valid; *c != '\0'; c++)
    if (*c == '"' || *c == '\\' || g_ascii_iscntrl (*c))
      g_string_append_printf (report, "\\u%04x", (guint)*c);
    else
      g_string_append_c (report, *c);
  g_string_append_c (report, '"');
}

void
rf_bench_report_numbers (GString *report, const char *key, const GArray *values)
{
  append_key (report, key);
  g_string_append_c (report, '[');
  for (guint i = 0; i < values->len; i++)
    {
      if (i > 0)
        g_string_append (report, ", ");
      append_number (report, g_array_index (values, double, i));
    }
  g_string_append_c (report, ']');
}

void
rf_bench_report_print (const GString *report)
{
  g_print ("{%s}\n", report->str);
}

int
rf_bench_report_failure (const GError *error)
{
  g_autoptr (GString) report = g_string_new (NULL);

  rf_bench_report_text (report, "error", error->message);
  rf_bench_report_print (report);
  return EXIT_FAILED_RUN;
}
