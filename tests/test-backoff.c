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
test_delay_settings (void)
{
  static const guint many[] = { 1, 2, 3, 10, 1100, G_MAXINT, G_MAXUINT };
  static const double waits[] = { 0, 1e-300, 0.001, 1, 3600, 1e9, 1e300, G_MAXDOUBLE };

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    for (guint k = 0; k < G_N_ELEMENTS (waits); k++)
      {
        g_assert_cmpint (rf_backoff_delay (many[i], 0, waits[k], 0.9), ==, 0);
        g_assert_cmpint (rf_backoff_delay (many[i], waits[k], 0, 0.9), ==, 0);
        g_assert_cmpint (rf_backoff_delay (many[i], waits[k], 10, 0), ==, 0);
        for (guint m = 0; m < G_N_ELEMENTS (waits); m++)
          {
            gint64 bound = rf_backoff_delay (many[i], waits[k], waits[m], 0.999999);

            g_assert_cmpint (bound, >=, 0);
            g_assert_cmpint (bound, <=, 366 * G_TIME_SPAN_DAY);
            if (waits[m] < 1e9)
              g_assert_cmpint (bound, <=, (gint64)(waits[m] * G_TIME_SPAN_SECOND));
          }
      }
  /* The limit is below the first wait. */
  g_assert_cmpint (rf_backoff_delay (1, 10, 2, 0.5), ==, G_TIME_SPAN_SECOND);
  g_assert_cmpint (rf_backoff_delay (5, 10, 2, 0.5), ==, G_TIME_SPAN_SECOND);
}

static void
test_delay_doubles (void)
{
  gint64 expected = 50 * G_TIME_SPAN_MILLISECOND;

  for (guint failures = 1; failures <= 7; failures++, expected *= 2)
    g_assert_cmpint (delay (failures, 0.5), ==, expected);
  g_assert_cmpint (delay (8, 0.5), ==, 5 * G_TIME_SPAN_SECOND);
}

/* Sun, 06 Nov 1994 08:49:37 GMT. */
#define NOVEMBER ((gint64)784111777)

static void
test_retry_after_seconds (void)
{
  static const gint64 nows[] = { 0, 1, NOVEMBER, G_MAXINT32, (gint64)G_MAXUINT32 * 1000 };
  static const struct
  {
    const char *text;
    gint64 seconds;
  } rows[] = {
    { "0", 0 },   { "1", 1 },         { "120", 120 },           { "007", 7 },
    { "000", 0 }, { "86400", 86400 }, { "19941106", 19941106 },
  };
  static const char *const large[]
      = { "31622400", "99999999", "18446744073709551615", "18446744073709551616",
          "99999999999999999999999999999999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (nows); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
        g_assert_cmpint (rf_backoff_parse_retry_after (rows[k].text, nows[i]), ==,
                         rows[k].seconds * G_TIME_SPAN_SECOND);
      /* What can be added to any time. */
      for (guint k = 0; k < G_N_ELEMENTS (large); k++)
        g_assert_cmpint (rf_backoff_parse_retry_after (large[k], nows[i]), ==,
                         366 * G_TIME_SPAN_DAY);
    }
}

static void
test_retry_after_date (void)
{
  static const char *const formats[]
      = { "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
          "Sun Nov  6 08:49:37 1994" };
  static const gint64 waits[] = { 1, 2, 60, 3600, 86400 * 366 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (waits); k++)
        g_assert_cmpint (rf_backoff_parse_retry_after (formats[i], NOVEMBER - waits[k]), ==,
                         waits[k] * G_TIME_SPAN_SECOND);
      g_assert_cmpint (rf_backoff_parse_retry_after (formats[i], 0), ==, 366 * G_TIME_SPAN_DAY);
      g_assert_cmpint (rf_backoff_parse_retry_after (formats[i], NOVEMBER), ==, 0);
      g_assert_cmpint (rf_backoff_parse_retry_after (formats[i], NOVEMBER + 1), ==, 0);
      g_assert_cmpint (rf_backoff_parse_retry_after (formats[i], G_MAXINT64), ==, 0);
    }
  g_assert_cmpint (rf_backoff_parse_retry_after ("Fri, 31 Dec 9999 23:59:59 GMT", NOVEMBER), ==,
                   366 * G_TIME_SPAN_DAY);
  g_assert_cmpint (rf_backoff_parse_retry_after ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ==, 0);
  g_assert_cmpint (rf_backoff_parse_retry_after ("Mon, 01 Jan 1900 00:00:00 GMT", 0), ==, 0);
}

static void
test_retry_after_nonsense (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "soon",
    "-1",
    "-120",
    "+120",
    "1.5",
    "1e3",
    "0x10",
    "120 seconds",
    "120s",
    "120, 240",
    "120\n",
    "\xff",
    "GMT",
    "Nov",
    "08:49:37",
    "1994-11-06T08:49:37Z",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Xyz 1994 08:49:37 GMT",
    "Sun, 46 Nov 1994 08:49:37 GMT",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 wait = rf_backoff_parse_retry_after (texts[i], 0);

      if (wait != 0)
        g_error ("\"%s\" asks for %" G_GINT64_FORMAT, texts[i], wait);
    }
}

static void
test_allows (void)
{
  g_assert_true (rf_backoff_allows (1, 3));
  g_assert_true (rf_backoff_allows (3, 3));
  g_assert_false (rf_backoff_allows (4, 3));
  g_assert_false (rf_backoff_allows (1, 0));
  g_assert_false (rf_backoff_allows (0, 0));
  g_assert_true (rf_backoff_allows (0, 1));
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
  g_test_add_func ("/backoff/delay-settings", test_delay_settings);
  g_test_add_func ("/backoff/delay-doubles", test_delay_doubles);
  g_test_add_func ("/backoff/retry-after-seconds", test_retry_after_seconds);
  g_test_add_func ("/backoff/retry-after-date", test_retry_after_date);
  g_test_add_func ("/backoff/retry-after-nonsense", test_retry_after_nonsense);
  g_test_add_func ("/backoff/allows", test_allows);
  return g_test_run ();
}
