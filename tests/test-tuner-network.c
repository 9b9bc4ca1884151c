/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How near the tuner comes to the best fixed number of workers, in simulated networks. */

#include "rf-test-network.h"

#define MS G_TIME_SPAN_MILLISECOND
#define S G_TIME_SPAN_SECOND
#define MIB 1048576.0
#define GIB ((guint64)1 << 30)

#define MAX_WORKERS 64
#define SEEDS 3

/* From then on, or from a tenth of the object on, whichever is later, it must be settled. */
#define SETTLED (2 * S)
#define SETTLED_SHARE 10

/* Of the best number's goodput: from then on, and in every second of it, with a trial of an eighth less. */
#define SETTLED_RATIO 0.9
#define SECOND_RATIO 0.83

/* What no real network is without. */
#define USUAL .jitter = 0.2, .exposed = 0.1

static guint64
get_received (const RfTestStream *stream, gint64 at)
{
  guint periods = (guint)(at / RF_TEST_NETWORK_PERIOD);

  if (periods == 0 || stream->received->len == 0)
    return 0;
  return g_array_index (stream->received, guint64, MIN (periods, stream->received->len) - 1);
}

static double
get_goodput (const RfTestStream *stream, gint64 from, gint64 until)
{
  guint64 bytes = get_received (stream, until) - get_received (stream, from);

  return (double)bytes * S / (double)(until - from);
}

static gint64
get_settled (const RfTestStream *stream)
{
  gint64 at = 0;

  while (at < stream->duration && get_received (stream, at) < stream->bytes / SETTLED_SHARE)
    at += RF_TEST_NETWORK_PERIOD;
  return MAX (at, SETTLED);
}

/* The stream that has the most bytes after so long, or is the first to have all. */
static RfTestStream *
stream_best (const RfTestNetwork *network, guint max_workers, guint64 size, gint64 limit)
{
  static const guint levels[] = { 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64 };
  g_autoptr (RfTestStream) best = NULL;
  double most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (levels) && levels[i] <= max_workers; i++)
    {
      g_autoptr (RfTestStream) stream
          = rf_test_network_stream (network, levels[i], max_workers, size, limit, SEEDS + 1);
      double goodput = (double)stream->bytes / (double)stream->duration;

      if (goodput <= most)
        continue;
      most = goodput;
      g_clear_pointer (&best, rf_test_stream_free);
      best = g_steal_pointer (&stream);
    }
  return g_steal_pointer (&best);
}

/* Of every second once it is settled, against the best one's mean. */
static double
get_worst_second (const RfTestStream *stream, double best)
{
  double worst = G_MAXDOUBLE;

  for (gint64 at = get_settled (stream); at + S <= stream->duration; at += RF_TEST_NETWORK_PERIOD)
    worst = MIN (worst, get_goodput (stream, at, at + S) / best);
  return worst;
}

static void
check_steady (const RfTestNetwork *network, guint max_workers)
{
  g_autoptr (RfTestStream) best = stream_best (network, max_workers, 8 * GIB, 6 * S);
  double goodput = get_goodput (best, S, best->duration);

  for (guint32 seed = 1; seed <= SEEDS; seed++)
    {
      g_autoptr (RfTestStream) stream
          = rf_test_network_stream (network, 0, max_workers, 8 * GIB, 20 * S, seed);
      gint64 settled = get_settled (stream);
      double ratio = get_goodput (stream, settled, stream->duration) / goodput;
      double early = get_goodput (stream, settled, settled + S) / goodput;
      double worst = get_worst_second (stream, goodput);

      g_test_message ("%2.0f MiB/s each, %3d ms, link %4.0f MiB/s: best %6.1f MiB/s with %2u; "
                      "settled %.2f, first second %.2f, worst second %.2f",
                      network->rate / MIB, (int)(network->latency / MS), network->link / MIB,
                      goodput / MIB, best->level, ratio, early, worst);
      g_assert_cmpfloat (ratio, >=, SETTLED_RATIO);
      g_assert_cmpfloat (early, >=, SETTLED_RATIO);
      g_assert_cmpfloat (worst, >=, SECOND_RATIO);
    }
}

static void
test_steady (gconstpointer data)
{
  static const double rates[] = { 1, 5, 20 };
  static const double links[] = { 0, 40, 160, 1000 };
  gint64 latency = GPOINTER_TO_INT (data) * MS;

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    for (guint k = 0; k < G_N_ELEMENTS (links); k++)
      {
        RfTestNetwork network
            = { .rate = rates[i] * MIB, .latency = latency, .link = links[k] * MIB, USUAL };

        check_steady (&network, MAX_WORKERS);
      }
}

static void
test_few_workers (void)
{
  static const guint limits[] = { 1, 2, 3, 5, 16 };
  RfTestNetwork network = { .rate = 5 * MIB, .latency = 20 * MS };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    check_steady (&network, limits[i]);
}

/* In 40 seconds: usually, and at most. One worker more than are served looks like chance. */
#define FEW_REFUSALS 60
#define MAX_REFUSALS 160

/* Whole streams, from their first request on. */
typedef struct
{
  RfTestNetwork network;
  guint64 size;
  gint64 limit;
  double whole;        /* at least, of the best one's goodput */
  double settled;      /* the same, once it is settled */
  gboolean is_limited; /* few are refused */
} Case;

static const Case cases[] = {
  { { .name = "loopback", .latency = MS / 5, .link = 2e9, .crowding = 0.005 },
    .size = GIB / 2,
    .whole = 0.9 },
  { { .name = "loopback, fewer are better",
      .latency = MS / 5,
      .link = 2e9,
      .crowding = 0.03,
      USUAL },
    .size = 64 * GIB,
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9 },
  { { .name = "loopback, one is too few",
      .rate = 1.1e9,
      .latency = MS / 5,
      .link = 2e9,
      .crowding = 0.005,
      USUAL },
    .size = GIB / 2,
    .whole = 0.9 },
  { { .name = "loopback, each connection has a limit",
      .rate = 1e8,
      .latency = MS / 5,
      .link = 2e9,
      .crowding = 0.005,
      USUAL },
    .limit = 20 * S,
    .whole = 0.85,
    .settled = 0.85 },
  { { .name = "small", .rate = 5 * MIB, .latency = 20 * MS, .link = 40 * MIB, USUAL },
    .size = GIB / 16,
    .whole = 0.8 },
  { { .name = "small, fast", .rate = 20 * MIB, .latency = 5 * MS, .link = 1000 * MIB, USUAL },
    .size = GIB / 16,
    .whole = 0.2 },
  { { .name = "medium", .rate = 20 * MIB, .latency = 20 * MS, .link = 160 * MIB, USUAL },
    .size = GIB / 2,
    .whole = 0.8,
    .settled = 0.9 },
  { { .name = "medium, far", .rate = 5 * MIB, .latency = 100 * MS, .link = 160 * MIB, USUAL },
    .size = GIB / 2,
    .whole = 0.6,
    .settled = 0.9 },
  { { .name = "10 at most", .rate = 5 * MIB, .latency = 20 * MS, .most = 10, USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9,
    .is_limited = TRUE },
  { { .name = "10 at most, far", .rate = 5 * MIB, .latency = 100 * MS, .most = 10, USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9,
    .is_limited = TRUE },
  { { .name = "6 at most", .rate = 5 * MIB, .latency = 20 * MS, .most = 6, USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9,
    .is_limited = TRUE },
  { { .name = "1 at most", .rate = 5 * MIB, .latency = 20 * MS, .most = 1, USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9,
    .is_limited = TRUE },
  { { .name = "one in ten is refused",
      .rate = 20 * MIB,
      .latency = 20 * MS,
      .link = 160 * MIB,
      .refused = 0.1,
      USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9 },
  { { .name = "one in ten is refused, far",
      .rate = 5 * MIB,
      .latency = 100 * MS,
      .link = 160 * MIB,
      .refused = 0.1,
      USUAL },
    .limit = 40 * S,
    .whole = 0.85,
    .settled = 0.9 },
  { { .name = "one in ten is refused, 10 at most",
      .rate = 5 * MIB,
      .latency = 20 * MS,
      .most = 10,
      .refused = 0.1,
      USUAL },
    .limit = 40 * S,
    .whole = 0.8,
    .settled = 0.8 },
  { { .name = "slow consumer",
      .rate = 5 * MIB,
      .latency = 20 * MS,
      .link = 160 * MIB,
      .consumer = 30 * MIB,
      USUAL },
    .limit = 40 * S,
    .whole = 0.9 },
  { { .name = "consumer that is slow at times",
      .rate = 5 * MIB,
      .latency = 20 * MS,
      .link = 160 * MIB,
      .consumer = 30 * MIB,
      .consumer_for = 3 * S,
      USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9 },
  { { .name = "one part in twenty is slow",
      .rate = 20 * MIB,
      .latency = 20 * MS,
      .slow = 0.05,
      USUAL },
    .limit = 20 * S,
    .whole = 0.85,
    .settled = 0.9 },
  { { .name = "one part in twenty is slow, link",
      .rate = 20 * MIB,
      .latency = 20 * MS,
      .link = 160 * MIB,
      .slow = 0.05,
      USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9 },
  { { .name = "drop",
      .rate = 5 * MIB,
      .latency = 20 * MS,
      .link = 40 * MIB,
      .drop_at = 10 * S,
      USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9 },
  { { .name = "drop, far",
      .rate = 5 * MIB,
      .latency = 100 * MS,
      .link = 160 * MIB,
      .drop_at = 10 * S,
      USUAL },
    .limit = 40 * S,
    .whole = 0.9,
    .settled = 0.9 },
  { { .name = "no first byte is hidden",
      .rate = 20 * MIB,
      .latency = 20 * MS,
      .link = 160 * MIB,
      .jitter = 0.2,
      .exposed = 1 },
    .limit = 20 * S,
    .whole = 0.9,
    .settled = 0.9 },
};

static void
test_case (gconstpointer data)
{
  const Case *self = data;
  guint64 size = self->size > 0 ? self->size : 8 * GIB;
  gint64 limit = self->limit > 0 ? self->limit : 60 * S;
  g_autoptr (RfTestStream) best = stream_best (&self->network, MAX_WORKERS, size, limit);
  double goodput = (double)best->bytes * S / (double)best->duration;
  guint many = 0;

  for (guint32 seed = 1; seed <= SEEDS; seed++)
    {
      g_autoptr (RfTestStream) stream
          = rf_test_network_stream (&self->network, 0, MAX_WORKERS, size, limit, seed);
      double whole = (double)stream->bytes * S / (double)stream->duration / goodput;
      gint64 settled = get_settled (stream);
      gint64 until = MIN (stream->duration, best->duration);
      double ratio = 0;

      if (settled + S < until)
        ratio = get_goodput (stream, settled, until) / get_goodput (best, settled, until);
      g_test_message ("%s: best %.1f MiB/s with %u; whole %.2f, settled %.2f, %u refusals",
                      self->network.name, goodput / MIB, best->level, whole, ratio,
                      stream->refusals);
      g_assert_cmpfloat (whole, >=, self->whole);
      g_assert_cmpfloat (ratio, >=, self->settled);
      if (self->is_limited)
        g_assert_cmpuint (stream->refusals, <=, MAX_REFUSALS);
      many += stream->refusals > FEW_REFUSALS;
    }
  if (self->is_limited)
    g_assert_cmpuint (many, <=, SEEDS / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tuner-network/steady/5", GINT_TO_POINTER (5), test_steady);
  g_test_add_data_func ("/tuner-network/steady/20", GINT_TO_POINTER (20), test_steady);
  g_test_add_data_func ("/tuner-network/steady/100", GINT_TO_POINTER (100), test_steady);
  g_test_add_func ("/tuner-network/few-workers", test_few_workers);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/tuner-network/%s", cases[i].network.name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
