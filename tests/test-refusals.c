/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a server that refuses requests has fewer to serve, and for how long. */

#include "rf-refusals-private.h"

#define S G_TIME_SPAN_SECOND

/* The requests of a moment. */
#define SOME 10
#define SETTLE (S / 10)

static gboolean
heed (RfRefusals *self, gint64 now, guint64 refusals, gboolean is_drained)
{
  return rf_refusals_heed (self, now, refusals, SOME, is_drained, SETTLE);
}

/* One in ten, for ever. */
static void
test_chance (void)
{
  RfRefusals self;

  rf_refusals_init (&self);
  for (guint i = 1; i <= 1000; i++)
    g_assert_false (heed (&self, i * S, i, TRUE));
}

/* Every other one. */
static void
test_too_many (void)
{
  RfRefusals self;
  guint heeded = 0;

  rf_refusals_init (&self);
  for (guint i = 1; i <= 100; i++)
    heeded += heed (&self, i * S, i * SOME / 2, TRUE);
  g_assert_cmpuint (heeded, >=, 50);
  g_assert_cmpint (self.spared_until, >, 100 * S);
}

/* It is heeded once: not again while what was asked before is still refused, nor in the moment after. */
static void
test_burst (void)
{
  RfRefusals self;

  rf_refusals_init (&self);
  g_assert_true (heed (&self, S, 20, FALSE));
  g_assert_false (heed (&self, S + SETTLE / 2, 40, TRUE));
  g_assert_true (heed (&self, S + SETTLE, 60, FALSE));
  g_assert_false (heed (&self, 3 * S, 80, FALSE));
  g_assert_true (heed (&self, 4 * S, 100, TRUE));
}

/* None are any more; nor can there be fewer than there were. */
static void
test_calm (void)
{
  RfRefusals self;

  rf_refusals_init (&self);
  g_assert_true (heed (&self, S, 20, TRUE));
  for (guint i = 2; i < 100; i++)
    g_assert_false (heed (&self, i * S, i % 2 == 0 ? 20 : 0, TRUE));
}

/* Of what was too much, half of the way is tried, and in time all of it. */
static void
test_ceiling (void)
{
  RfRefusals self;
  guint lifts = 0;

  rf_refusals_init (&self);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 8, 8), ==, 8);
  rf_refusals_set_ceiling (&self, 16, S);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 8, 8), ==, 4);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 8, 2), ==, 2);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 15, 15), ==, 0);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 16, 16), ==, 0);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 20, 20), ==, 0);

  rf_refusals_lift_ceiling (&self, 64, 2 * S);
  g_assert_cmpuint (self.ceiling, ==, 16);
  while (self.ceiling != G_MAXUINT)
    {
      guint before = self.ceiling;

      rf_refusals_lift_ceiling (&self, 64, self.ceiling_until);
      g_assert_cmpuint (self.ceiling, >, before);
      lifts++;
    }
  g_assert_cmpuint (lifts, >, 4);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 20, 20), ==, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusals/chance", test_chance);
  g_test_add_func ("/refusals/too-many", test_too_many);
  g_test_add_func ("/refusals/burst", test_burst);
  g_test_add_func ("/refusals/calm", test_calm);
  g_test_add_func ("/refusals/ceiling", test_ceiling);
  return g_test_run ();
}
