/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which range comes next, and when and whether to try again. */

#include "rf-plan-private.h"

#define MIB ((guint64)1 << 20)

static void
test_tiles (void)
{
  static const guint64 sizes[] = { 1, 4095, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 1024 * MIB + 3 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      RfPlan plan
          = { .end = sizes[i], .num_workers = 8, .first_part = MIB / 4, .slot_size = 4 * MIB };
      RfRange part;

      while (rf_plan_next_part (&plan, &part))
        {
          g_assert_cmpuint (part.start, ==, plan.next);
          g_assert_cmpuint (part.end, >, part.start);
          g_assert_cmpuint (rf_range_length (part), <=, plan.slot_size);
          plan.next = part.end;
          plan.num_started++;
        }
      g_assert_cmpuint (plan.next, ==, sizes[i]);
    }
}

static void
test_ramp (void)
{
  RfPlan plan
      = { .end = RF_SIZE_UNKNOWN, .num_workers = 8, .first_part = MIB / 4, .slot_size = 4 * MIB };
  RfRange part;

  g_assert_true (rf_plan_next_part (&plan, &part));
  g_assert_cmpuint (rf_range_length (part), ==, MIB / 4);
  plan.num_started = 3;
  g_assert_true (rf_plan_next_part (&plan, &part));
  g_assert_cmpuint (rf_range_length (part), ==, 2 * MIB);
  plan.num_started = 1000;
  g_assert_true (rf_plan_next_part (&plan, &part));
  g_assert_cmpuint (rf_range_length (part), ==, 4 * MIB);
}

static void
test_far_end (void)
{
  RfPlan plan = { .next = G_MAXUINT64 - 10,
                  .end = RF_SIZE_UNKNOWN,
                  .num_workers = 1,
                  .first_part = MIB,
                  .slot_size = 4096 };
  RfRange part;

  g_assert_true (rf_plan_next_part (&plan, &part));
  g_assert_cmpuint (part.end, ==, G_MAXUINT64 - 1);
  plan.next = part.end;
  g_assert_false (rf_plan_next_part (&plan, &part));
}

/* One request a worker waits for its head, and no more bodies flow than there are workers when it comes. */
static void
test_may_begin (void)
{
  static const struct
  {
    RfLoad load;
    gboolean may_begin;
  } cases[] = {
    { { .num_workers = 1 }, TRUE },
    { { .num_workers = 1, .num_waiting = 1 }, FALSE },
    { { .num_workers = 1, .num_flowing = 1 }, FALSE },
    { { .num_workers = 1, .num_flowing = 1, .num_ending = 1 }, TRUE },
    { { .num_workers = 1, .num_flowing = 1, .num_slow = 1 }, TRUE },
    { { .num_workers = 1, .num_flowing = 1, .num_ending = 1, .num_waiting = 1 }, FALSE },
    { { .num_workers = 1, .num_flowing = 2, .num_ending = 2 }, FALSE },
    { { .num_workers = 8, .num_flowing = 7 }, TRUE },
    { { .num_workers = 8, .num_flowing = 5, .num_waiting = 3 }, FALSE },
    { { .num_workers = 8, .num_flowing = 8, .num_ending = 3, .num_waiting = 2 }, TRUE },
    { { .num_workers = 8, .num_flowing = 8, .num_ending = 3, .num_waiting = 3 }, FALSE },
    { { .num_workers = 8, .num_flowing = 8, .num_ending = 2, .num_slow = 1, .num_waiting = 2 },
      TRUE },
    { { .num_workers = 8, .num_flowing = 16, .num_ending = 4, .num_slow = 12 }, FALSE },
    { { .num_workers = 2, .num_flowing = 4, .num_ending = 1 }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (rf_plan_may_begin (&cases[i].load), ==, cases[i].may_begin);
}

/* Workers that are not waited for may not fill the ring. */
static void
test_max_parts (void)
{
  g_assert_cmpuint (rf_plan_get_max_parts (8, 4, FALSE), ==, 8);
  g_assert_cmpuint (rf_plan_get_max_parts (8, 4, TRUE), ==, 8);
  g_assert_cmpuint (rf_plan_get_max_parts (8, 64, FALSE), ==, 8);
  g_assert_cmpuint (rf_plan_get_max_parts (8, 64, TRUE), ==, rf_plan_get_max_lanes (64));
  g_assert_cmpuint (rf_plan_get_max_parts (1024, 64, TRUE), ==, 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/tiles", test_tiles);
  g_test_add_func ("/plan/ramp", test_ramp);
  g_test_add_func ("/plan/far-end", test_far_end);
  g_test_add_func ("/plan/may-begin", test_may_begin);
  g_test_add_func ("/plan/max-parts", test_max_parts);
  return g_test_run ();
}
