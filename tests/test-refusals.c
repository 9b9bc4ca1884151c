/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a server that refuses requests has fewer to serve, and for how long. */

#include "rf-refusals-private.h"

#define S G_TIME_SPAN_SECOND

#define SETTLE (S / 10)

/* In each moment. */
#define ANSWERS 10

typedef struct
{
  RfRefusals refusals;
  guint64 refused;
  guint64 answered;
} Server;

static void
init (Server *self)
{
  *self = (Server){ .refused = 0 };
  rf_refusals_init (&self->refusals);
}

/* So many more are refused. A ceiling is set if they are heeded, as by the tuner. */
static gboolean
heed (Server *self, gint64 now, guint refused, gboolean is_drained, gboolean is_trial)
{
  gboolean heeded;

  self->refused += refused;
  self->answered += ANSWERS;
  heeded = rf_refusals_heed (&self->refusals, now, self->refused, self->answered, is_drained,
                             is_trial);
  if (heeded)
    rf_refusals_set_ceiling (&self->refusals, 16, now, SETTLE);
  return heeded;
}

/* One in ten, for ever. */
static void
test_chance (void)
{
  Server self;

  init (&self);
  for (guint i = 1; i <= 1000; i++)
    g_assert_false (heed (&self, i * S, 1, TRUE, FALSE));
}

/* Every other one. */
static void
test_too_many (void)
{
  Server self;
  guint heeded = 0;

  init (&self);
  for (guint i = 1; i <= 100; i++)
    heeded += heed (&self, i * S, ANSWERS, TRUE, FALSE);
  g_assert_cmpuint (heeded, >=, 90);
  g_assert_cmpint (self.refusals.spared_until, >, 100 * S);
}

/* Some of many that were asked at once; but not again and again. */
static void
test_many_at_once (void)
{
  Server self;

  init (&self);
  self.answered = 50;
  g_assert_false (heed (&self, S, 8, TRUE, TRUE));
  g_assert_true (heed (&self, 2 * S, 8, TRUE, TRUE));
}

/* It is heeded once: not again while what was asked before is still refused, nor in the moment after. */
static void
test_burst (void)
{
  Server self;

  init (&self);
  g_assert_true (heed (&self, S, 20, FALSE, FALSE));
  g_assert_false (heed (&self, S + SETTLE / 2, 20, TRUE, FALSE));
  g_assert_true (heed (&self, S + SETTLE, 20, TRUE, FALSE));
  g_assert_false (heed (&self, 3 * S, 20, FALSE, FALSE));
  g_assert_true (heed (&self, 4 * S, 20, TRUE, FALSE));
}

/* None are any more; nor can there be fewer than there were. */
static void
test_calm (void)
{
  Server self;

  init (&self);
  g_assert_true (heed (&self, S, 20, TRUE, FALSE));
  for (guint i = 2; i < 100; i++)
    {
      self.refused = i % 2 == 0 ? 20 : 0;
      g_assert_false (heed (&self, i * S, 0, TRUE, FALSE));
    }
}

/* What was refused before the first byte is no reason. */
static void
test_skipped (void)
{
  Server self;

  init (&self);
  self.refused = 100;
  rf_refusals_skip (&self.refusals, self.refused, 0);
  g_assert_false (heed (&self, S, 1, TRUE, FALSE));
}

/* What is still of the burst, what more workers are refused, and what is too much in any case. */
static void
refuse_others (Server *self)
{
  g_assert_false (heed (self, SETTLE / 2, 1, TRUE, FALSE));
  rf_refusals_set_ceiling (&self->refusals, 16, 0, SETTLE);
  g_assert_false (heed (self, SETTLE, 1, FALSE, FALSE));
  g_assert_false (heed (self, SETTLE, 1, TRUE, TRUE));
  g_assert_true (heed (self, SETTLE, 20, TRUE, FALSE));
  /* So that a few more are no reason. */
  for (guint i = 0; i < 10; i++)
    g_assert_false (heed (self, S, 0, TRUE, FALSE));
}

/* How many have to be refused below the ceiling until it is forgotten. */
static guint
count_strays (Server *self)
{
  guint count = 0;

  rf_refusals_set_ceiling (&self->refusals, 16, 0, SETTLE);
  for (;;)
    {
      refuse_others (self);
      if (rf_refusals_doubt_ceiling (&self->refusals))
        break;
      g_assert_cmpuint (rf_refusals_limit_step (&self->refusals, 8, 8), ==, 4);
      g_assert_false (heed (self, 2 * S, 1, TRUE, FALSE));
      count++;
      g_assert_cmpuint (count, <, 10000);
    }
  g_assert_cmpuint (rf_refusals_limit_step (&self->refusals, 8, 8), ==, 8);
  g_assert_false (rf_refusals_doubt_ceiling (&self->refusals));
  return count;
}

/* A server that refuses as often where it is asked for less has no ceiling. It has to do so ever more often, up to a
 * limit, but not once more workers than since have paid. */
static void
test_doubt (void)
{
  Server self;
  guint first;
  guint before;
  guint last;

  init (&self);
  g_assert_false (rf_refusals_doubt_ceiling (&self.refusals));
  first = before = last = count_strays (&self);
  g_assert_cmpuint (first, ==, 4);
  while ((last = count_strays (&self)) > before)
    {
      g_assert_cmpuint (last, >=, 2 * before);
      before = last;
    }
  g_assert_cmpuint (last, ==, before);
  g_assert_cmpuint (last, >=, 100);

  rf_refusals_set_paid (&self.refusals, 12);
  g_assert_cmpuint (count_strays (&self), ==, first);
  rf_refusals_set_paid (&self.refusals, 12);
  g_assert_cmpuint (count_strays (&self), >, first);
  rf_refusals_set_ceiling (&self.refusals, 12, 0, SETTLE);
  rf_refusals_set_paid (&self.refusals, 12);
  rf_refusals_set_ceiling (&self.refusals, 16, 0, SETTLE);
  while (!rf_refusals_doubt_ceiling (&self.refusals))
    g_assert_false (heed (&self, 2 * S, 1, TRUE, FALSE));
  g_assert_cmpuint (count_strays (&self), ==, 4 * first);
}

/* A server that keeps to it is believed. */
static void
test_kept (void)
{
  Server self;

  init (&self);
  rf_refusals_set_ceiling (&self.refusals, 16, 0, SETTLE);
  for (guint i = 1; i < 1000; i++)
    g_assert_false (heed (&self, i * SETTLE, 0, TRUE, FALSE));
  g_assert_false (rf_refusals_doubt_ceiling (&self.refusals));
}

/* Of what was too much, half of the way is tried, and in time all of it. */
static void
test_ceiling (void)
{
  RfRefusals self;
  guint lifts = 0;

  rf_refusals_init (&self);
  g_assert_cmpuint (rf_refusals_limit_step (&self, 8, 8), ==, 8);
  rf_refusals_set_ceiling (&self, 16, S, SETTLE);
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
  g_test_add_func ("/refusals/many-at-once", test_many_at_once);
  g_test_add_func ("/refusals/burst", test_burst);
  g_test_add_func ("/refusals/calm", test_calm);
  g_test_add_func ("/refusals/skipped", test_skipped);
  g_test_add_func ("/refusals/doubt", test_doubt);
  g_test_add_func ("/refusals/kept", test_kept);
  g_test_add_func ("/refusals/ceiling", test_ceiling);
  return g_test_run ();
}
