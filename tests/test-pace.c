/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a request may receive nothing: long enough for every server that is only slow. */

#include "rf-pace-private.h"

#define MS G_TIME_SPAN_MILLISECOND
#define S G_TIME_SPAN_SECOND

/* The element's default. */
#define TIMEOUT (15 * S)

/* What is waited for while nothing is known, and at least. */
#define INITIAL (3 * S)
#define FLOOR (300 * MS)

/* Longer than any stream lasts. */
#define YEAR (366 * G_TIME_SPAN_DAY)

static void
add_many (RfPace *pace, guint count, gint64 first_byte, gint64 gap)
{
  for (guint i = 0; i < count; i++)
    {
      rf_pace_add_first_byte (pace, first_byte);
      rf_pace_add_gap (pace, gap);
    }
}

static void
test_nothing_is_known (void)
{
  RfPace pace = { 0 };

  g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), ==, INITIAL);
  g_assert_cmpint (rf_pace_get_allowance (&pace, 0, TIMEOUT), ==, INITIAL);
  g_assert_cmpint (rf_pace_get_allowance (&pace, 0, G_MAXUINT * S), ==, INITIAL);
  g_assert_cmpint (rf_pace_get_allowance (&pace, 1, TIMEOUT), ==, 4 * INITIAL);
}

/* Also where the clock is too coarse to see any wait. */
static void
test_floor (void)
{
  static const gint64 waits[] = { 0, 1, 10, MS, 10 * MS };

  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      RfPace pace = { 0 };

      add_many (&pace, 1, waits[i], waits[i]);
      g_assert_cmpint (rf_pace_get_allowance (&pace, 0, TIMEOUT), ==, FLOOR);
      add_many (&pace, 100, waits[i], waits[i]);
      g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), ==, FLOOR);
    }
}

/* Several times what is usual, be it for a head or within a body. */
static void
test_slow_server (void)
{
  for (guint i = 0; i < 2; i++)
    {
      RfPace pace = { 0 };

      for (guint k = 0; k < 100; k++)
        {
          if (i == 0)
            rf_pace_add_first_byte (&pace, S);
          else
            rf_pace_add_gap (&pace, S);
          g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), >=, 2 * S);
        }
      g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), <=, 5 * S);
      if (i == 0)
        add_many (&pace, 1, S, MS);
      else
        add_many (&pace, 1, MS, S);
      g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), >=, 2 * S);
    }
}

/* No wait that has come several times is too long. */
static void
test_waits_that_vary (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  RfPace pace = { 0 };

  for (guint i = 0; i < 1000; i++)
    {
      gint64 wait = g_rand_int_range (rand, 0, 1000) * MS;

      if (i > 10)
        g_assert_cmpint (wait, <, rf_pace_get_allowance (&pace, 0, 0));
      rf_pace_add_first_byte (&pace, wait);
      rf_pace_add_gap (&pace, wait / 10);
    }
}

static void
test_adapts (void)
{
  RfPace pace = { 0 };

  add_many (&pace, 10, 2 * S, 2 * S);
  g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), >=, 4 * S);
  add_many (&pace, 100, 10 * MS, MS);
  g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), ==, FLOOR);
  add_many (&pace, 20, 2 * S, MS);
  g_assert_cmpint (rf_pace_get_allowance (&pace, 0, 0), >=, 4 * S);
}

/* Within a timeout there is time for a request and for one more. */
static void
test_timeouts (void)
{
  static const gint64 timeouts[] = { 1, 2, 3, 6, 15, 3600, G_MAXUINT };
  RfPace paces[4] = { 0 };

  add_many (&paces[1], 10, MS, MS);
  add_many (&paces[2], 10, S, S);
  add_many (&paces[3], 10, YEAR, YEAR);
  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    for (guint k = 0; k < G_N_ELEMENTS (paces); k++)
      {
        gint64 timeout = timeouts[i] * S;
        gint64 first = rf_pace_get_allowance (&paces[k], 0, timeout);
        gint64 second = rf_pace_get_allowance (&paces[k], 1, timeout);

        g_assert_cmpint (first, >=, FLOOR);
        g_assert_cmpint (first, <=, timeout / 3);
        g_assert_cmpint (second, ==, (k == 0 ? 4 : 2) * first);
        g_assert_cmpint (first, <=, rf_pace_get_allowance (&paces[k], 0, 0));
      }
  g_assert_cmpint (rf_pace_get_allowance (&paces[0], 0, S), ==, S / 3);
  g_assert_cmpint (rf_pace_get_allowance (&paces[3], 0, TIMEOUT), ==, TIMEOUT / 3);
}

/* What comes late does come, and nothing overflows. */
static void
test_growth (void)
{
  static const guint many[] = { 11, 12, 31, 32, 62, 63, 64, 65, 1000, G_MAXINT, G_MAXUINT };
  static const gint64 timeouts[] = { 0, S, TIMEOUT, G_MAXUINT * S };
  static const gint64 waits[] = { 0, MS, S, YEAR };

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    for (guint k = 0; k < G_N_ELEMENTS (waits); k++)
      {
        RfPace pace = { 0 };
        gint64 last;

        add_many (&pace, 2, waits[k], waits[k]);
        last = rf_pace_get_allowance (&pace, 0, timeouts[i]);
        for (guint stalls = 1; stalls <= 10; stalls++)
          {
            gint64 allowance = rf_pace_get_allowance (&pace, stalls, timeouts[i]);

            g_assert_cmpint (allowance, ==, 2 * last);
            last = allowance;
          }
        g_assert_cmpint (last, >=, 5 * G_TIME_SPAN_MINUTE);
        for (guint m = 0; m < G_N_ELEMENTS (many); m++)
          g_assert_cmpint (rf_pace_get_allowance (&pace, many[m], timeouts[i]), ==, last);
      }
}

/* A body counts for the time it took: what came at once from the kernel's memory tells nothing. */
static void
test_rate (void)
{
  RfPace pace = { 0 };

  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, ==, 0);
  rf_pace_add_body (&pace, 1 << 20, 100);
  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, >, 0);
  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, <=, 200 << 20);
  rf_pace_add_body (&pace, 1 << 20, S / 10);
  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, <, 20 << 20);
  for (guint i = 0; i < 50; i++)
    rf_pace_add_body (&pace, 1 << 20, S / 10);
  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, >=, (10 << 20) - 1);
  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, <=, (10 << 20) + (1 << 14));

  /* One slow request that was cut short changes little, a network that has become slower changes all. */
  rf_pace_add_body (&pace, 1 << 17, S / 10);
  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, >, 8 << 20);
  for (guint i = 0; i < 50; i++)
    rf_pace_add_body (&pace, 1 << 20, S);
  g_assert_cmpuint (rf_pace_get_usual (&pace).rate, <=, (1 << 20) + (1 << 14));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/nothing-is-known", test_nothing_is_known);
  g_test_add_func ("/pace/floor", test_floor);
  g_test_add_func ("/pace/slow-server", test_slow_server);
  g_test_add_func ("/pace/waits-that-vary", test_waits_that_vary);
  g_test_add_func ("/pace/adapts", test_adapts);
  g_test_add_func ("/pace/timeouts", test_timeouts);
  g_test_add_func ("/pace/growth", test_growth);
  g_test_add_func ("/pace/rate", test_rate);
  return g_test_run ();
}
