/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a body gets on, and what another request should take over of it. */

#include "rf-flow-private.h"

#define KIB ((guint64)1 << 10)
#define MIB ((guint64)1 << 20)
#define MS G_TIME_SPAN_MILLISECOND
#define S G_TIME_SPAN_SECOND

/* What a connection of so many bytes a second has brought after so long. */
static RfFlow
make_flow (guint64 left, guint64 rate, gint64 flowing)
{
  return (RfFlow){ .left = left,
                   .brought = (guint64)((double)rate * (double)flowing / S),
                   .flowing = flowing };
}

static void
test_time_left (void)
{
  const RfUsual usual = { .first_byte = 20 * MS, .rate = 10 * MIB };
  const RfUsual unknown = { 0 };
  RfFlow flow = { .left = 10 * MIB };

  /* Its head has not come, so that it is taken for a usual one. */
  g_assert_cmpint (rf_flow_get_time_left (&flow, &usual), ==, S + 20 * MS);
  g_assert_cmpint (rf_flow_get_time_left (&flow, &unknown), ==, G_MAXINT64);

  /* Too short a time to say anything. */
  flow = make_flow (10 * MIB, 1000 * MIB, MS);
  g_assert_cmpint (rf_flow_get_time_left (&flow, &usual), ==, S);

  flow = make_flow (10 * MIB, 5 * MIB, 100 * MS);
  g_assert_cmpint (rf_flow_get_time_left (&flow, &usual), ==, 2 * S);
  g_assert_cmpint (rf_flow_get_time_left (&flow, &unknown), ==, 2 * S);

  flow = make_flow (1, 0, 100 * MS);
  g_assert_cmpint (rf_flow_get_time_left (&flow, &usual), ==, G_MAXINT64);
  flow = make_flow (0, 0, 100 * MS);
  g_assert_cmpint (rf_flow_get_time_left (&flow, &usual), ==, 0);
  flow = (RfFlow){ .left = G_MAXUINT64, .brought = 1, .flowing = S };
  g_assert_cmpint (rf_flow_get_time_left (&flow, &usual), ==, G_MAXINT64);
}

/* A window that opens is silent for a round trip. */
static void
test_silent (void)
{
  static const RfUsual cases[]
      = { { 0, 0 }, { 20 * MS, 20 * MIB }, { 100 * MS, 20 * MIB }, { MS, MIB } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 watch = rf_flow_get_watch_time (&cases[i]);

      g_assert_false (rf_flow_is_silent (0, &cases[i]));
      g_assert_false (rf_flow_is_silent (cases[i].first_byte + MS, &cases[i]));
      g_assert_false (rf_flow_is_silent (watch / 2, &cases[i]));
      g_assert_true (rf_flow_is_silent (watch, &cases[i]));
      g_assert_true (rf_flow_is_silent (G_MAXINT64, &cases[i]));
    }
}

/* A request is not judged before a usual one would have brought some pieces, and round trips have passed. */
static void
test_watch_time (void)
{
  static const RfUsual cases[] = {
    { 0, 0 }, { 20 * MS, 20 * MIB }, { 100 * MS, 20 * MIB }, { 5 * MS, 64 * KIB },
    { 0, 1 }, { 1, G_MAXUINT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 watch = rf_flow_get_watch_time (&cases[i]);

      g_assert_cmpint (watch, >=, 30 * MS);
      g_assert_cmpint (watch, >=, 2 * cases[i].first_byte);
      if (cases[i].rate > 0)
        g_assert_cmpfloat ((double)watch / S * (double)cases[i].rate, >=,
                           (double)(256 * KIB) * 0.999);
    }
  g_assert_cmpint (rf_flow_get_watch_time (&cases[1]), ==, 40 * MS);
  g_assert_cmpint (rf_flow_get_watch_time (&cases[3]), ==, 4 * S);
}

static void
test_slow (void)
{
  const RfUsual usual = { .first_byte = 20 * MS, .rate = 20 * MIB };
  const RfUsual unknown = { .first_byte = 20 * MS };
  RfFlow flow = make_flow (MIB, MIB, 100 * MS);

  g_assert_true (rf_flow_is_slow (&flow, &usual));
  g_assert_false (rf_flow_is_slow (&flow, &unknown));
  flow = make_flow (MIB, 0, 100 * MS);
  g_assert_true (rf_flow_is_slow (&flow, &usual));
  /* It may be a slow beginning. */
  flow = make_flow (MIB, MIB, 10 * MS);
  g_assert_false (rf_flow_is_slow (&flow, &usual));
  /* Half of what others get is bad luck. */
  flow = make_flow (MIB, 10 * MIB, 100 * MS);
  g_assert_false (rf_flow_is_slow (&flow, &usual));
  flow = make_flow (0, 0, 100 * MS);
  g_assert_false (rf_flow_is_slow (&flow, &usual));
}

/* Both end at the same time, and sooner than one alone would. */
static void
test_share (void)
{
  static const gint64 first_bytes[] = { 0, MS, 20 * MS, 100 * MS };
  static const guint64 rates[] = { 64 * KIB, MIB, 5 * MIB, 20 * MIB, 100 * MIB };
  static const guint64 sizes[] = { 256 * KIB, 2 * MIB, 64 * MIB };
  guint splits = 0;

  for (guint f = 0; f < G_N_ELEMENTS (first_bytes); f++)
    for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
      for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
        {
          const RfUsual usual = { .first_byte = first_bytes[f], .rate = 20 * MIB };
          RfFlow flow = make_flow (sizes[s], rates[r], 200 * MS);
          guint64 share = rf_flow_get_share (&flow, &usual);
          double own = (double)share / (double)rates[r];
          double other
              = (double)(sizes[s] - share) / (double)usual.rate + (double)first_bytes[f] / S;
          double alone = (double)sizes[s] / (double)rates[r];

          g_assert_cmpuint (share, <=, sizes[s]);
          if (share == sizes[s])
            continue;
          splits++;
          g_assert_cmpuint (sizes[s] - share, >=, 64 * KIB);
          g_assert_cmpfloat (MAX (own, other) + 0.009, <, alone);
          /* A share of next to nothing is none. */
          if (share > 0)
            g_assert_cmpfloat (ABS (own - other), <, 0.001);
        }
  g_assert_cmpuint (splits, >, 20);
}

static void
test_no_share (void)
{
  const RfUsual usual = { .first_byte = 20 * MS, .rate = 20 * MIB };
  const RfUsual unknown = { .first_byte = 20 * MS };
  RfFlow flow = make_flow (2 * MIB, 0, 100 * MS);

  /* Nothing comes: the other request gets all. */
  g_assert_cmpuint (rf_flow_get_share (&flow, &usual), ==, 0);
  g_assert_cmpuint (rf_flow_get_share (&flow, &unknown), ==, flow.left);
  flow.left = 0;
  g_assert_cmpuint (rf_flow_get_share (&flow, &usual), ==, 0);
  /* It ends before another one would have an answer. */
  flow = make_flow (256 * KIB, 20 * MIB, 100 * MS);
  g_assert_cmpuint (rf_flow_get_share (&flow, &usual), ==, flow.left);
}

/* What it has brought may have been a burst: it keeps nothing that it could bring only much later. */
static void
test_slow_keeps_nothing (void)
{
  const RfUsual usual = { .first_byte = 20 * MS, .rate = 20 * MIB };
  RfFlow flow = make_flow (2 * MIB, 4 * MIB, 50 * MS);

  g_assert_true (rf_flow_is_slow (&flow, &usual));
  g_assert_cmpuint (rf_flow_get_share (&flow, &usual), ==, 0);
  flow = make_flow (2 * MIB, 6 * MIB, 50 * MS);
  g_assert_false (rf_flow_is_slow (&flow, &usual));
  g_assert_cmpuint (rf_flow_get_share (&flow, &usual), >, 256 * KIB);
  g_assert_cmpuint (rf_flow_get_share (&flow, &usual), <, MIB);
}

/* Too little to be shared is taken over, be it a byte, if it hardly comes. */
static void
test_take_over (void)
{
  const RfUsual usual = { .first_byte = 20 * MS, .rate = 20 * MIB };
  static const guint64 sizes[] = { 1, 100, 4 * KIB, 32 * KIB, 64 * KIB - 1, 100 * KIB };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      RfFlow flow = make_flow (sizes[i], 0, 100 * MS);

      g_assert_cmpuint (rf_flow_get_share (&flow, &usual), ==, 0);
      /* It needs a second, and then hardly longer than another one. */
      flow = make_flow (sizes[i], sizes[i], S);
      g_assert_cmpuint (rf_flow_get_share (&flow, &usual), ==, 0);
      flow = make_flow (sizes[i], 40 * sizes[i], S);
      g_assert_cmpuint (rf_flow_get_share (&flow, &usual), ==, sizes[i]);
    }
}

static void
test_present_rate (void)
{
  const RfUsual usual = { .first_byte = 20 * MS, .rate = 20 * MIB };
  const RfFlow none = { 0 };
  const RfFlow stopped = make_flow (MIB, 0, 100 * MS);
  const RfFlow begun = make_flow (MIB, 100 * MIB, 10 * MS);
  const RfFlow former = make_flow (0, 8 * MIB, 125 * MS);
  const RfFlow burst = make_flow (0, 1000 * MIB, MS);
  gint64 watch = rf_flow_get_watch_time (&usual);
  RfFlow flow = make_flow (MIB, 5 * MIB, 100 * MS);
  guint64 rate = 1;

  /* What flows tells the most, also that nothing comes. */
  g_assert_true (rf_flow_get_present_rate (&flow, &former, 0, &usual, &rate));
  g_assert_cmpuint (rate, ==, 5 * MIB);
  g_assert_true (rf_flow_get_present_rate (&stopped, &former, 0, &usual, &rate));
  g_assert_cmpuint (rate, ==, 0);

  /* Before it does, and between two requests, the last one counts, but not for long. */
  g_assert_true (rf_flow_get_present_rate (&begun, &former, watch, &usual, &rate));
  g_assert_cmpuint (rate, ==, 8 * MIB);
  g_assert_true (rf_flow_get_present_rate (&none, &former, 0, &usual, &rate));
  g_assert_cmpuint (rate, ==, 8 * MIB);
  g_assert_true (rf_flow_get_present_rate (&none, &burst, 0, &usual, &rate));
  g_assert_cmpuint (rate, ==, usual.rate);
  g_assert_false (rf_flow_get_present_rate (&begun, &former, watch + 1, &usual, &rate));
  g_assert_false (rf_flow_get_present_rate (&begun, &none, 0, &usual, &rate));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/time-left", test_time_left);
  g_test_add_func ("/flow/silent", test_silent);
  g_test_add_func ("/flow/watch-time", test_watch_time);
  g_test_add_func ("/flow/slow", test_slow);
  g_test_add_func ("/flow/share", test_share);
  g_test_add_func ("/flow/no-share", test_no_share);
  g_test_add_func ("/flow/slow-keeps-nothing", test_slow_keeps_nothing);
  g_test_add_func ("/flow/take-over", test_take_over);
  g_test_add_func ("/flow/present-rate", test_present_rate);
  return g_test_run ();
}
