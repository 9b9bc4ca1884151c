/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many repeated requests a session may send: an outage does not become a storm, a server that fails at
 * times is repaired at once, and what a consumer waits for goes first. */

#include "rf-budget-private.h"

#define S G_TIME_SPAN_SECOND

/* Some time after the machine was started. */
#define START (100 * S)

/* What a full bucket has, for all and for what is not urgent, and what comes by itself. */
#define CAPACITY 100
#define COMMON 75
#define TOKENS_PER_SECOND 10

/* What a success gives back. */
#define REFUND 2

/* How many requests need not wait one after another. */
static guint
count_at_once (RfBudget budget, gint64 now, gboolean urgent)
{
  guint count = 0;

  while (rf_budget_take (&budget, now, urgent) == 0)
    count++;
  return count;
}

static void
take_many (RfBudget *budget, guint count, gint64 now, gboolean urgent)
{
  for (guint i = 0; i < count; i++)
    rf_budget_take (budget, now, urgent);
}

static void
test_full (void)
{
  RfBudget budget;

  rf_budget_init (&budget, START);
  g_assert_cmpuint (count_at_once (budget, START, TRUE), ==, CAPACITY);
  g_assert_cmpuint (count_at_once (budget, START, FALSE), ==, COMMON);
  /* It does not become fuller than full, neither by time nor by success. */
  g_assert_cmpuint (count_at_once (budget, START + 3600 * S, TRUE), ==, CAPACITY);
  for (guint i = 0; i < 10000; i++)
    rf_budget_refund (&budget);
  g_assert_cmpuint (count_at_once (budget, START, TRUE), ==, CAPACITY);
  g_assert_cmpuint (count_at_once (budget, START, FALSE), ==, COMMON);
  g_assert_cmpuint (count_at_once (budget, G_MAXINT64, TRUE), ==, CAPACITY);
}

static void
test_empty (void)
{
  for (guint urgent = 0; urgent <= 1; urgent++)
    {
      RfBudget budget = { 0 };

      g_assert_cmpint (rf_budget_take (&budget, 0, urgent != 0), >, 0);
    }
}

/* Each one waits longer than the one before, so that they do not all come back together. */
static void
test_debts (void)
{
  RfBudget budget;
  gint64 last = 0;

  rf_budget_init (&budget, START);
  take_many (&budget, COMMON, START, FALSE);
  for (guint i = 1; i <= 800; i++)
    {
      gint64 wait = rf_budget_take (&budget, START, FALSE);

      g_assert_cmpint (wait, >, last);
      g_assert_cmpint (ABS (wait - i * S / TOKENS_PER_SECOND), <=, 1);
      last = wait;
    }
  /* Who comes later has less to wait for, until nothing is owed any more. */
  g_assert_cmpint (rf_budget_take (&budget, START + 40 * S, FALSE), <=, last - 39 * S);
  g_assert_cmpint (rf_budget_take (&budget, START + 90 * S, FALSE), ==, 0);
}

/* Whatever else is owed, and also if it is asked for last. */
static void
test_urgent_goes_first (void)
{
  RfBudget budget;

  rf_budget_init (&budget, START);
  take_many (&budget, 800, START, FALSE);
  g_assert_cmpuint (count_at_once (budget, START, TRUE), ==, CAPACITY - COMMON);
  take_many (&budget, CAPACITY - COMMON, START, TRUE);
  g_assert_cmpint (rf_budget_take (&budget, START, TRUE), <=, S / TOKENS_PER_SECOND);
  g_assert_cmpint (rf_budget_take (&budget, START, TRUE), <=, 2 * S / TOKENS_PER_SECOND);
  g_assert_cmpint (rf_budget_take (&budget, START, FALSE), >, 10 * S);
}

/* What is not used after all is nobody's debt. */
static void
test_returns (void)
{
  RfBudget budget;

  rf_budget_init (&budget, START);
  for (guint i = 0; i < 1000; i++)
    {
      take_many (&budget, 15, START, FALSE);
      take_many (&budget, 1, START, TRUE);
      for (guint k = 0; k < 16; k++)
        rf_budget_return (&budget);
    }
  g_assert_cmpuint (count_at_once (budget, START, TRUE), ==, CAPACITY);
  g_assert_cmpuint (count_at_once (budget, START, FALSE), ==, COMMON);
}

/* Success pays first for what is urgent, and then for all. */
static void
test_refunds (void)
{
  RfBudget budget;

  rf_budget_init (&budget, START);
  take_many (&budget, CAPACITY, START, TRUE);
  for (guint i = REFUND; i <= CAPACITY; i += REFUND)
    {
      rf_budget_refund (&budget);
      g_assert_cmpuint (count_at_once (budget, START, TRUE), ==, i);
      g_assert_cmpuint (count_at_once (budget, START, FALSE), ==, i - MIN (i, CAPACITY - COMMON));
    }

  take_many (&budget, COMMON + 50, START, FALSE);
  for (guint i = 0; i < 50; i += REFUND)
    {
      g_assert_cmpuint (count_at_once (budget, START, FALSE), ==, 0);
      rf_budget_refund (&budget);
    }
  g_assert_cmpuint (count_at_once (budget, START, FALSE), ==, 0);
  rf_budget_refund (&budget);
  g_assert_cmpuint (count_at_once (budget, START, FALSE), ==, REFUND);
}

/* Monotonic time of another thread may be a little older; nothing is lost or won by it. */
static void
test_time_goes_backwards (void)
{
  RfBudget budget;

  rf_budget_init (&budget, START);
  take_many (&budget, CAPACITY, START, TRUE);
  g_assert_cmpuint (count_at_once (budget, START - 3600 * S, TRUE), ==, 0);
  for (guint i = 0; i < 100; i++)
    {
      gint64 wait = rf_budget_take (&budget, START - (gint64)i * 3600 * S, TRUE);

      g_assert_cmpint (wait, <=, (i + 1) * S / TOKENS_PER_SECOND);
    }
  g_assert_cmpuint (count_at_once (budget, START, TRUE), ==, 0);
  g_assert_cmpuint (count_at_once (budget, START + 10 * S, TRUE), ==, 0);
  g_assert_cmpuint (count_at_once (budget, START + 11 * S, TRUE), ==, 10);
}

/* Many requests in simulated time. One that ends is followed by the next one at once if it was served, and is
 * repeated when it may be if it was not. */
#define STEP (10 * G_TIME_SPAN_MILLISECOND)
#define MAX_REQUESTS 800
#define MAX_SECONDS 200

typedef struct
{
  RfBudget budget;
  GRand *rand;
  double failing; /* the probability */
  gint64 now;
  guint num_requests;
  gint64 ends_at[MAX_REQUESTS];
  guint served[MAX_REQUESTS];
  guint begun[MAX_SECONDS]; /* in each second; later ones are not counted */
  guint total_served;
} Simulation;

/* One of eight is for the head part of its reader. */
static gboolean
is_urgent (guint request)
{
  return request % 8 == 0;
}

static void
simulation_init (Simulation *self, guint num_requests)
{
  *self = (Simulation){ .now = START, .num_requests = num_requests };
  self->rand = g_rand_new_with_seed (1);
  rf_budget_init (&self->budget, START);
  for (guint i = 0; i < num_requests; i++)
    self->ends_at[i] = START;
}

static void
simulation_end_request (Simulation *self, guint request)
{
  gint64 begins_at = self->now;
  guint second;

  if (g_rand_double (self->rand) >= self->failing)
    {
      self->served[request]++;
      self->total_served++;
      rf_budget_refund (&self->budget);
    }
  else
    {
      begins_at += rf_budget_take (&self->budget, self->now, is_urgent (request));
    }
  self->ends_at[request] = begins_at + STEP;
  second = (guint)((begins_at - START) / S);
  if (second < MAX_SECONDS)
    self->begun[second]++;
}

static void
simulation_run (Simulation *self, guint until, double failing)
{
  self->failing = failing;
  for (; self->now < START + until * S; self->now += STEP)
    for (guint i = 0; i < self->num_requests; i++)
      if (self->ends_at[i] <= self->now)
        simulation_end_request (self, i);
}

/* A hundred readers with eight requests each, none of which is answered for a minute. */
static void
test_outage (void)
{
  Simulation outage;
  guint begun = 0;

  simulation_init (&outage, 800);
  simulation_run (&outage, 60, 1);
  g_assert_cmpuint (outage.total_served, ==, 0);
  for (guint i = 0; i < 60; i++)
    {
      begun += outage.begun[i];
      /* What is urgent and what is not, each as often as tokens come. */
      g_assert_cmpuint (outage.begun[i], <=, (i == 0 ? CAPACITY : 1) + 2 * TOKENS_PER_SECOND);
      g_assert_cmpuint (outage.begun[i], >=, TOKENS_PER_SECOND - 1);
    }
  g_assert_cmpuint (begun, <=, CAPACITY + 60 * 2 * TOKENS_PER_SECOND);
  g_rand_free (outage.rand);
}

/* The same for ten seconds: who is waited for goes on soon, and all others in their time. */
static void
test_end_of_an_outage (void)
{
  Simulation outage;
  guint before;

  simulation_init (&outage, 800);
  simulation_run (&outage, 10, 1);
  simulation_run (&outage, 25, 0);
  for (guint i = 0; i < outage.num_requests; i++)
    if (is_urgent (i))
      g_assert_cmpuint (outage.served[i], >, 0);

  simulation_run (&outage, 150, 0);
  before = outage.total_served;
  simulation_run (&outage, 151, 0);
  g_assert_cmpuint (outage.total_served - before, ==, 800 * (guint)(S / STEP));
  g_assert_cmpuint (count_at_once (outage.budget, outage.now, TRUE), ==, CAPACITY);
  g_rand_free (outage.rand);
}

/* It pays for its failures itself. */
static void
test_half_fails (void)
{
  static const guint many[] = { 1, 8, 64, 800 };

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      guint possible = many[i] * 60 * (guint)(S / STEP);
      Simulation half;
      guint begun = 0;

      simulation_init (&half, many[i]);
      simulation_run (&half, 60, 0.5);
      for (guint k = 0; k < 60; k++)
        begun += half.begun[k];
      g_assert_cmpuint (begun, >=, possible / 100 * 95);
      g_assert_cmpuint (half.total_served, >=, possible / 100 * 45);
      g_rand_free (half.rand);
    }
}

/* Nine of ten fail: it is asked more often than one that is dead, and less often than one that works. */
static void
test_most_fail (void)
{
  Simulation most;
  guint begun = 0;

  simulation_init (&most, 64);
  simulation_run (&most, 60, 0.9);
  for (guint i = 0; i < 60; i++)
    begun += most.begun[i];
  g_assert_cmpuint (begun, >, 60 * TOKENS_PER_SECOND);
  g_assert_cmpuint (begun, <, CAPACITY + 60 * 4 * TOKENS_PER_SECOND);
  g_rand_free (most.rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/budget/full", test_full);
  g_test_add_func ("/budget/empty", test_empty);
  g_test_add_func ("/budget/debts", test_debts);
  g_test_add_func ("/budget/urgent-goes-first", test_urgent_goes_first);
  g_test_add_func ("/budget/returns", test_returns);
  g_test_add_func ("/budget/refunds", test_refunds);
  g_test_add_func ("/budget/time-goes-backwards", test_time_goes_backwards);
  g_test_add_func ("/budget/outage", test_outage);
  g_test_add_func ("/budget/end-of-an-outage", test_end_of_an_outage);
  g_test_add_func ("/budget/half-fails", test_half_fails);
  g_test_add_func ("/budget/most-fail", test_most_fail);
  return g_test_run ();
}
