/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the benchmark programs have in common: what a run has cost this process, and the one JSON
 * object that each of them prints. Seconds are of the monotonic clock. One thread at a time. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 began;     /* microseconds */
  double user;      /* CPU seconds before it */
  double system;    /* the same */
  guint64 base_rss; /* resident bytes when it began */
} RfBenchMeasure;

/* What the process has cost so far goes into @self, to be taken from what it has cost at the end. */
void rf_bench_measure_begin (RfBenchMeasure *self);

/* Adds to @report what the process has cost since: "user" and "system" CPU seconds, of all threads,
 * "base_rss" and "max_rss" in bytes. The last one is of the whole life of the program, not of the one
 * that has started it. */
void rf_bench_measure_end (const RfBenchMeasure *self, GString *report);

/* Seconds from @began to @ended, microseconds both. */
double rf_bench_seconds (gint64 began, gint64 ended);

/* The threads of the process. */
guint rf_bench_count_threads (void);

/* A report begins as an empty string. Each of these adds a member; the last call makes it an object
 * and prints it. No key needs escaping. */
void rf_bench_report_number (GString *report, const char *key, double value);
void rf_bench_report_count (GString *report, const char *key, guint64 value);
void rf_bench_report_text (GString *report, const char *key, const char *value);
/* @values: of double */
void rf_bench_report_numbers (GString *report, const char *key, const GArray *values);
void rf_bench_report_print (const GString *report);

/* Prints a report of @error alone. Returns the exit status of a run that has failed. */
int rf_bench_report_failure (const GError *error);

G_END_DECLS
