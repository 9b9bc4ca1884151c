/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which failures are worth another attempt, when, and how often. */

#include "rf-backoff-private.h"

static gint64
delay (guint failures, double jitter)
{
  return rf_backoff_delay (failures, 0.1, 10, jitter);
}

static void
test_status (void)
{
  static const guint transient[] = { 408, 429, 500, 502, 503, 504 };
  guint count = 0;

  for (guint i = 0; i < G_N_ELEMENTS (transient); i++)
    g_assert_true (rf_backoff_status_is_transient (transient[i]));
  for (guint status = 0; status < 1000; status++)
    count += rf_backoff_status_is_transient (status) ? 1 : 0;
  g_assert_cmpuint (count, ==, G_N_ELEMENTS (transient));
}

static void
test_delay_grows (void)
{
  gint64 least = 0;
  gint64 most = 0;

  for (guint failures = 1; failures <= 100; failures++)
    {
      gint64 low = delay (failures, 0);
      gint64 high = delay (failures, 0.999999);

      g_assert_cmpint (low, >=, least);
      g_assert_cmpint (high, >=, most);
      g_assert_cmpint (high, >, low);
      least = low;
      most = high;
    }
  g_assert_cmpint (delay (2, 0.5), >, delay (1, 0.5));
  g_assert_cmpint (delay (3, 0.5), >, delay (2, 0.5));
}

static void
test_delay_is_bounded (void)
{
  static const guint many[] = { 1, 31, 32, 33, 62, 63, 64, 65, 1000, G_MAXINT, G_MAXUINT };
  gint64 last = delay (G_MAXUINT, 0.999999);

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      gint64 bound = delay (many[i], 0.999999);

      g_assert_cmpint (bound, >, 0);
      g_assert_cmpint (bound, <=, last);
    }
  /* Nobody waits longer for a server that has come back. */
  g_assert_cmpint (last, <=, G_TIME_SPAN_MINUTE);
}

static void
test_delay_spreads (void)
{
  gint64 before = delay (3, 0);

  for (guint i = 1; i < 10; i++)
    {
      gint64 bound = delay (3, i / 10.0);

      g_assert_cmpint (bound, >, before);
      before = bound;
    }
}

static void
test_allows (void)
{
  g_assert_true (rf_backoff_allows (1, 3));
  g_assert_true (rf_backoff_allows (3, 3));
  g_assert_false (rf_backoff_allows (4, 3));
  g_assert_false (rf_backoff_allows (1, 0));
  g_assert_true (rf_backoff_allows (G_MAXINT, G_MAXINT));
  g_assert_false (rf_backoff_allows (G_MAXUINT, G_MAXINT));
  g_assert_true (rf_backoff_allows (1, -1));
  g_assert_true (rf_backoff_allows (G_MAXUINT, -1));
  g_assert_true (rf_backoff_allows (G_MAXUINT, G_MININT));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/status", test_status);
  g_test_add_func ("/backoff/delay-grows", test_delay_grows);
  g_test_add_func ("/backoff/delay-is-bounded", test_delay_is_bounded);
  g_test_add_func ("/backoff/delay-spreads", test_delay_spreads);
  g_test_add_func ("/backoff/allows", test_allows);
  return g_test_run ();
}
