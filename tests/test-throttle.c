/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast a stream may ask for bytes: it keeps to the rate over a second as over a day, does not make up for
 * long pauses, and is not confused by clocks and numbers at their ends. */

#include "rf-throttle-private.h"

#define S G_TIME_SPAN_SECOND
#define KIB ((guint64)1024)
#define MIB ((guint64)1 << 20)
#define SLOT_SIZE ((gsize)4 << 20)

/* Some time after the machine was started. */
#define START (100 * S)

/* As many as there are without being asked for. */
#define WORKERS 8

/* From the least that may be set to more than there is. */
static const guint64 rates[] = { KIB,      3333,      20 * KIB,   320 * KIB,  1000003,
                                 20 * MIB, 125000000, 5000 * MIB, G_MAXINT64, G_MAXUINT64 };

/* Takes parts for as long as none has to wait, and returns how many bytes these were. */
static guint64
take_at_once (RfThrottle *throttle, guint num_workers, gint64 now)
{
  guint64 part = rf_throttle_limit_part (throttle, G_MAXSIZE, num_workers);
  guint64 bytes = 0;

  while (rf_throttle_get_wait (throttle, now) == 0)
    {
      rf_throttle_take (throttle, part, now);
      bytes += part;
    }
  return bytes;
}

static void
test_no_limit (void)
{
  RfThrottle throttle;

  rf_throttle_init (&throttle, 0, START);
  for (guint i = 0; i < 1000; i++)
    {
      rf_throttle_take (&throttle, G_MAXUINT64, START);
      g_assert_cmpint (rf_throttle_get_wait (&throttle, START), ==, 0);
    }
  rf_throttle_give_back (&throttle, 1);
  g_assert_cmpuint (rf_throttle_limit_part (&throttle, SLOT_SIZE, WORKERS), ==, SLOT_SIZE);
  g_assert_cmpuint (rf_throttle_limit_part (&throttle, G_MAXSIZE, 1), ==, G_MAXSIZE);
}

/* The first part begins at once; each next one when the one before is paid for. */
static void
test_waits (void)
{
  RfThrottle throttle;

  rf_throttle_init (&throttle, MIB, START);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START), ==, 0);
  rf_throttle_take (&throttle, MIB / 2, START);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START), ==, S / 2);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S / 4), ==, S / 4);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S / 2 - 1), ==, 1);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S / 2), ==, 0);
  /* One that does not wait is paid for as well. */
  rf_throttle_take (&throttle, MIB, START + S / 4);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S / 4), ==, S + S / 4);
}

static void
test_parts (void)
{
  static const struct
  {
    guint64 rate;
    guint num_workers;
    guint64 size;
  } cases[] = {
    { 200 * MIB, WORKERS, SLOT_SIZE }, /* a slot is less than a twentieth of a second's worth */
    { 20 * MIB, WORKERS, MIB },        /* a twentieth */
    { 20 * MIB, 256, MIB },            /* not less for many workers */
    { 16 * MIB, 1, SLOT_SIZE },        /* a quarter */
    { 16 * MIB, 2, 2 * MIB },          /* for two */
    { 320 * KIB, WORKERS, 16 * KIB },  /* down to 16 KiB */
    { 160 * KIB, WORKERS, 16 * KIB },  /* and not below */
    { 16 * KIB, WORKERS, 16 * KIB },   /* but not more than comes in a second */
    { KIB, 1, KIB },
    { 1, WORKERS, 1 },
    { G_MAXUINT64, 256, SLOT_SIZE },
  };
  RfThrottle throttle;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      rf_throttle_init (&throttle, cases[i].rate, START);
      g_assert_cmpuint (rf_throttle_limit_part (&throttle, SLOT_SIZE, cases[i].num_workers), ==,
                        cases[i].size);
      g_assert_cmpuint (rf_throttle_limit_part (&throttle, 1, cases[i].num_workers), ==, 1);
    }
}

/* However long nobody asks, no more than a quarter of a second's worth begins at once, or one part. */
static void
test_idle_times (void)
{
  static const gint64 idle[] = { S / 4, S, 60 * S, 365 * G_TIME_SPAN_DAY };

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
    for (guint num_workers = 1; num_workers <= 256; num_workers *= 2)
      for (guint i = 0; i < G_N_ELEMENTS (idle); i++)
        {
          gint64 now = START;
          RfThrottle throttle;
          gsize part;

          rf_throttle_init (&throttle, rates[r], now);
          part = rf_throttle_limit_part (&throttle, G_MAXSIZE, num_workers);
          g_assert_cmpuint (take_at_once (&throttle, num_workers, now), ==, part);
          now += rf_throttle_get_wait (&throttle, now) + idle[i];
          /* Parts are so small that the last of those at once ends within the quarter. */
          g_assert_cmpuint (take_at_once (&throttle, num_workers, now), <=,
                            MAX (rates[r] / 4, part + rates[r] / 5));
          /* It is not had twice. */
          now += rf_throttle_get_wait (&throttle, now);
          g_assert_cmpuint (take_at_once (&throttle, num_workers, now), ==, part);
        }
}

static void
test_give_back (void)
{
  RfThrottle throttle;

  rf_throttle_init (&throttle, MIB, START);
  rf_throttle_take (&throttle, 4 * MIB, START);
  rf_throttle_give_back (&throttle, 3 * MIB);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START), ==, S);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S), ==, 0);

  /* Many that are cancelled, such as by seeks, are as if they had not been. */
  for (guint i = 0; i < 1000; i++)
    {
      rf_throttle_take (&throttle, 4 * MIB, START + S);
      rf_throttle_give_back (&throttle, 4 * MIB);
    }
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S), ==, 0);
  rf_throttle_take (&throttle, MIB, START + S);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S), ==, S);

  /* Nor are they saved up. */
  rf_throttle_take (&throttle, 100 * MIB, START + S);
  rf_throttle_take (&throttle, MIB, START + 90 * S);
  rf_throttle_give_back (&throttle, 100 * MIB);
  g_assert_cmpuint (take_at_once (&throttle, WORKERS, START + 90 * S), <=, MIB / 4);
}

/* Monotonic time of another thread may be a little older, and a clock may stand still. */
static void
test_clocks (void)
{
  RfThrottle throttle;

  rf_throttle_init (&throttle, MIB, START);
  rf_throttle_take (&throttle, MIB, START);
  for (guint i = 0; i < 1000; i++)
    {
      g_assert_cmpint (rf_throttle_get_wait (&throttle, START), ==, S);
      g_assert_cmpint (rf_throttle_get_wait (&throttle, START - (gint64)i * S), ==, S);
    }
  rf_throttle_take (&throttle, MIB, 0);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, 0), ==, 2 * S);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START), ==, 2 * S);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + S), ==, S);
  g_assert_cmpint (rf_throttle_get_wait (&throttle, START + 2 * S), ==, 0);
  g_assert_cmpuint (take_at_once (&throttle, WORKERS, G_MAXINT64), <=, MIB / 4);
}

static void
test_ends_of_numbers (void)
{
  static const guint64 slow_to_fast[] = { 1, 2, G_MAXUINT, (guint64)1 << 63, G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (slow_to_fast); i++)
    for (guint k = 0; k < G_N_ELEMENTS (slow_to_fast); k++)
      {
        guint64 rate = slow_to_fast[i];
        guint64 bytes = slow_to_fast[k];
        RfThrottle throttle;
        gint64 wait;

        rf_throttle_init (&throttle, rate, START);
        rf_throttle_take (&throttle, bytes, START);
        wait = rf_throttle_get_wait (&throttle, START);
        g_assert_cmpint (wait, >, 0);
        g_assert_cmpint (wait, <=, G_TIME_SPAN_DAY);
        /* It is waited for as long as it takes. */
        if (bytes / rate >= 86400)
          g_assert_cmpint (wait, ==, G_TIME_SPAN_DAY);
        else
          g_assert_cmpint (rf_throttle_get_wait (&throttle, START + wait), <=, 1);
        for (guint n = 0; n < 100; n++)
          rf_throttle_take (&throttle, bytes, START);
        g_assert_cmpint (rf_throttle_get_wait (&throttle, START), >=, wait);
        for (guint n = 0; n < 101; n++)
          rf_throttle_give_back (&throttle, bytes);
        g_assert_cmpint (rf_throttle_get_wait (&throttle, START + 1), ==, 0);
      }
}

/* A slow stream is not forgotten however often it is asked for. */
static void
test_many_questions (void)
{
  RfThrottle throttle;
  gint64 now = START;

  rf_throttle_init (&throttle, 1, now);
  rf_throttle_take (&throttle, 1, now);
  for (; rf_throttle_get_wait (&throttle, now) > 0; now++)
    g_assert_cmpint (now, <, START + S);
  g_assert_cmpint (now, ==, START + S);
}

/* A stream in simulated time: its workers ask as soon as they may and have ended what they did before. */
typedef struct
{
  gint64 at;
  guint64 bytes; /* of this part and all before it */
} Beginning;

typedef struct
{
  RfThrottle throttle;
  GRand *rand;
  guint num_workers;
  gint64 latency;    /* of each request, in microseconds */
  guint64 bandwidth; /* of each connection, in bytes a second; 0: no end of it */
  gint64 lateness;   /* the most by which timers are late */
  GArray *beginnings;
} Stream;

static void
stream_run (Stream *self, guint64 rate, gint64 duration)
{
  gint64 idle_at[256] = { 0 };
  gint64 now = START;
  guint64 bytes = 0;

  self->rand = g_rand_new_with_seed (1);
  self->beginnings = g_array_new (FALSE, FALSE, sizeof (Beginning));
  rf_throttle_init (&self->throttle, rate, now);
  while (TRUE)
    {
      gsize part = rf_throttle_limit_part (&self->throttle, SLOT_SIZE, self->num_workers);
      gint64 wait;
      guint first = 0;

      for (guint i = 0; i < self->num_workers; i++)
        if (idle_at[i] < idle_at[first])
          first = i;
      now = MAX (now, idle_at[first]);
      wait = rf_throttle_get_wait (&self->throttle, now);
      if (wait > 0)
        {
          now += wait
                 + (self->lateness > 0 ? g_rand_int_range (self->rand, 0, (gint32)self->lateness)
                                       : 0);
          continue;
        }
      if (now >= START + duration)
        break;
      rf_throttle_take (&self->throttle, part, now);
      bytes += part;
      g_array_append_val (self->beginnings, ((Beginning){ now, bytes }));
      idle_at[first] = now + self->latency;
      if (self->bandwidth > 0)
        idle_at[first] += (gint64)((double)part / (double)self->bandwidth * S);
    }
}

static void
stream_clear (Stream *self)
{
  g_clear_pointer (&self->beginnings, g_array_unref);
  g_clear_pointer (&self->rand, g_rand_free);
}

/* Bytes a second from the start on. */
static double
stream_get_rate (const Stream *self)
{
  const Beginning *last = &g_array_index (self->beginnings, Beginning, self->beginnings->len - 1);

  /* The last part is the next second's. */
  return (double)last[-1].bytes / ((double)(last->at - START) / S);
}

/* In every period of a second or more, however it lies, there are as many bytes as the rate and the period
 * say, within this share of them. */
static void
check_periods (const Stream *self, guint64 rate, double share)
{
  const Beginning *all = (const Beginning *)self->beginnings->data;

  for (guint i = 1; i < self->beginnings->len; i++)
    for (guint k = i + 1; k < self->beginnings->len; k++)
      {
        double period = (double)(all[k].at - all[i].at) / S;
        double most = (double)(all[k].bytes - all[i - 1].bytes);
        double least = (double)(all[k - 1].bytes - all[i].bytes);

        g_assert_cmpfloat (most, <=, (double)rate * MAX (period, 1.0) * (1.0 + share));
        if (period >= 1.0)
          g_assert_cmpfloat (least, >=, (double)rate * period * (1.0 - share));
      }
}

static void
test_any_period (void)
{
  static const guint64 even_rates[]
      = { 320 * KIB, 1000003, 7 * MIB, 20 * MIB, 79 * MIB, 200 * MIB };

  for (guint i = 0; i < G_N_ELEMENTS (even_rates); i++)
    {
      Stream stream = { .num_workers = WORKERS, .latency = 20000 };

      stream_run (&stream, even_rates[i], 20 * S);
      check_periods (&stream, even_rates[i], 0.0501);
      stream_clear (&stream);
    }
}

/* Where parts are not smaller than what is worth a request, it is they that make the flow less even. */
static void
test_slow (void)
{
  static const guint64 slow_rates[] = { KIB, 3333, 16 * KIB, 100 * KIB };

  for (guint i = 0; i < G_N_ELEMENTS (slow_rates); i++)
    {
      Stream stream = { .num_workers = WORKERS, .latency = 20000 };
      gsize part;

      stream_run (&stream, slow_rates[i], 100 * S);
      part = rf_throttle_limit_part (&stream.throttle, SLOT_SIZE, WORKERS);
      g_assert_cmpuint (part, <=, 16 * KIB);
      check_periods (&stream, slow_rates[i], (double)part / (double)slow_rates[i] + 0.0001);
      g_assert_cmpfloat_with_epsilon (stream_get_rate (&stream) / (double)slow_rates[i], 1.0,
                                      0.0001);
      stream_clear (&stream);
    }
}

/* Timers that are late cost nothing, and what is caught up with is bounded. */
static void
test_late_timers (void)
{
  Stream stream = { .num_workers = WORKERS, .lateness = 40000 };

  stream_run (&stream, 20 * MIB, 60 * S);
  g_assert_cmpfloat_with_epsilon (stream_get_rate (&stream) / (20 * MIB), 1.0, 0.001);
  check_periods (&stream, 20 * MIB, 0.05 + 2 * 0.04);
  stream_clear (&stream);
}

/* The rate is had with few workers too, and where each answer takes its time. */
static void
test_latency (void)
{
  for (guint num_workers = 1; num_workers <= 256; num_workers *= 2)
    {
      Stream stream = { .num_workers = num_workers, .latency = S / 10, .bandwidth = 20 * MIB };

      stream_run (&stream, 8 * MIB, 60 * S);
      g_assert_cmpfloat_with_epsilon (stream_get_rate (&stream) / (8 * MIB), 1.0, 0.001);
      stream_clear (&stream);
    }
}

/* Nothing is lost or won over a day. */
static void
test_no_drift (void)
{
  static const guint64 odd_rates[] = { 1, 3333, 333333, 1000003 };

  for (guint i = 0; i < G_N_ELEMENTS (odd_rates); i++)
    {
      Stream stream = { .num_workers = WORKERS, .lateness = 1000 };

      stream_run (&stream, odd_rates[i], G_TIME_SPAN_DAY);
      g_assert_cmpfloat_with_epsilon (stream_get_rate (&stream) / (double)odd_rates[i], 1.0,
                                      0.000001);
      stream_clear (&stream);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/throttle/no-limit", test_no_limit);
  g_test_add_func ("/throttle/waits", test_waits);
  g_test_add_func ("/throttle/parts", test_parts);
  g_test_add_func ("/throttle/idle-times", test_idle_times);
  g_test_add_func ("/throttle/give-back", test_give_back);
  g_test_add_func ("/throttle/clocks", test_clocks);
  g_test_add_func ("/throttle/ends-of-numbers", test_ends_of_numbers);
  g_test_add_func ("/throttle/many-questions", test_many_questions);
  g_test_add_func ("/throttle/any-period", test_any_period);
  g_test_add_func ("/throttle/slow", test_slow);
  g_test_add_func ("/throttle/late-timers", test_late_timers);
  g_test_add_func ("/throttle/latency", test_latency);
  g_test_add_func ("/throttle/no-drift", test_no_drift);
  return g_test_run ();
}
