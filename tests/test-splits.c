/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/overview.md says of slow requests: that others take over what is left of them, and what that
 * costs. What becomes of the request that takes over is tested in test-helpers.c, and bodies that come in an
 * uncommon way in test-trickles.c. */

#include <ringfetch.h>

#include "rf-test-cases.h"
#include "rf-test-reader.h"
#include "rf-test-server.h"

#define SLOT_SIZE MIB
#define SIZE (16 * MIB)

/* What a usual connection brings in a second, and a slow one: it would take half a minute for a slot. */
#define RATE (16 * MIB)
#define SLOW_RATE ((guint64)32 * 1024)
#define SOON (8 * G_TIME_SPAN_SECOND)

/* What the kernel may hold of a body that nobody wants any more, and what comes until it is told. */
#define UNDER_WAY ((guint64)128 * 1024)

/* Of all bytes so many may come twice. */
#define DOUBLED_SHARE 20

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDS 3
#else
#define SEEDS 4
#endif

/* So many cases at a time. */
#define AT_ONCE 4

static const RfTestSettings usual
    = { .workers = 4, .slots = 8, .slot_size = SLOT_SIZE, .timeout = 30 };

/* What a stream has cost. */
typedef struct
{
  gint64 elapsed;
  guint64 splits;
  guint64 stalls;
  RfTestServerCounts counts;
} Cost;

static void
run (const RfTestServerConfig *config, const RfTestSettings *settings, Cost *cost)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (config);
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  rf_options_set_retry_backoff_factor (options, 0);
  reader = rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, config->size);
  g_assert_no_error (error);
  cost->elapsed = g_get_monotonic_time () - began;
  stats = rf_reader_get_stats (reader);
  cost->splits = stats->splits;
  cost->stalls = stats->stalls;
  rf_test_server_get_counts (server, &cost->counts);
  g_test_message ("%.2f s, %u splits, %u stalls, %u requests, %u connections, %u bytes too many",
                  (double)cost->elapsed / G_USEC_PER_SEC, (guint)cost->splits, (guint)cost->stalls,
                  (guint)cost->counts.requests, (guint)cost->counts.connections,
                  (guint)(cost->counts.body_bytes - config->size));
}

static void
test_slow (void)
{
  const RfTestServerConfig config = { .size = SIZE,
                                      .version = 1,
                                      .cached = TRUE,
                                      .latency_ms = 5,
                                      .rate = RATE,
                                      .slow_every = 4,
                                      .slow_rate = SLOW_RATE };
  Cost cost;

  run (&config, &usual, &cost);
  g_assert_cmpint (cost.elapsed, <, SOON);
  g_assert_cmpuint (cost.splits, >, 0);
  g_assert_cmpuint (cost.counts.body_bytes, <=,
                    SIZE + SIZE / DOUBLED_SHARE + (cost.splits + cost.stalls) * UNDER_WAY);
}

static const struct
{
  guint status;
  guint every; /* one in so many gets it; 0: none does */
  gboolean is_split;
} refusals[] = {
  { 0, 0, TRUE },
  { 429, 2, FALSE },
  { 503, 2, FALSE },
  /* That is chance. */
  { 503, 9, TRUE },
  /* And this says nothing of how much the server has to do. */
  { 500, 2, TRUE },
};

/* What is split before that is known. */
#define FEW_SPLITS 1

static void
check_refusal (guint i, gconstpointer unused)
{
  const RfTestServerConfig config = { .size = SIZE,
                                      .version = 1,
                                      .cached = TRUE,
                                      .latency_ms = 5,
                                      .rate = RATE,
                                      .slow_every = 5,
                                      .slow_rate = 2 * MIB,
                                      .fail_every = refusals[i].every,
                                      .fail_status = refusals[i].status };
  Cost cost;

  run (&config, &usual, &cost);
  g_assert_cmpint (cost.splits > FEW_SPLITS, ==, refusals[i].is_split);
}

/* Whoever has too much to do is not asked for the same twice. */
static void
test_after_refusals (void)
{
  rf_test_cases_run (check_refusal, NULL, G_N_ELEMENTS (refusals), AT_ONCE);
}

static const RfTestSettings rings[] = {
  { .workers = 1, .slots = 1, .slot_size = MIB, .timeout = 30 },
  { .workers = 1, .slots = 4, .slot_size = MIB, .timeout = 30 },
  { .workers = 4, .slots = 2, .slot_size = MIB, .timeout = 30 },
  { .workers = 2, .slots = 3, .slot_size = 700001, .timeout = 30 },
  { .workers = 16, .slots = 5, .slot_size = 333667, .timeout = 30 },
  { .workers = 8, .slots = 32, .slot_size = 65537, .timeout = 30 },
  { .workers = 4, .slots = 16, .slot_size = 4096, .timeout = 30 },
  { .workers = 4, .timeout = 30 },
};

static void
check_ring (guint i, gconstpointer num_split)
{
  const RfTestServerConfig config = { .size = rings[i].slot_size == 4096 ? MIB / 4 : 3 * MIB + 1,
                                      .version = 1,
                                      .latency_ms = 1,
                                      .rate = RATE,
                                      .slow_every = 4,
                                      .slow_rate = SLOW_RATE };
  Cost cost;

  run (&config, &rings[i], &cost);
  g_assert_cmpint (cost.elapsed, <, 2 * SOON);
  g_atomic_int_add ((gint *)num_split, cost.splits > 0);
}

/* Whatever the ring is like, one slow request does not hold all up. */
static void
test_rings (void)
{
  gint num_split = 0;

  rf_test_cases_run (check_ring, &num_split, G_N_ELEMENTS (rings), AT_ONCE);
  g_assert_cmpint (num_split, >, 0);
}

static void
read_again (RfReader *reader, guint64 size)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, size);
  g_assert_no_error (error);
}

static const RfTestServerMode modes_without_ranges[]
    = { RF_TEST_SERVER_NO_RANGES, RF_TEST_SERVER_CHUNKED, RF_TEST_SERVER_CLOSE_DELIMITED };

static void
check_without_ranges (guint i, gconstpointer unused)
{
  RfTestServerConfig config
      = { .size = 512 * 1024, .version = 1, .mode = modes_without_ranges[i], .rate = 8 * MIB };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), &usual);
  g_autoptr (RfStats) stats = NULL;

  read_again (reader, config.size);
  config.rate = MIB;
  rf_test_server_set_config (server, &config);
  read_again (reader, config.size);
  stats = rf_reader_get_stats (reader);
  g_assert_cmpuint (stats->splits, ==, 0);
  g_assert_cmpuint (stats->requests, ==, 2);
}

/* Without ranges there is one request, however slow, and though it is known that it could be faster. */
static void
test_without_ranges (void)
{
  rf_test_cases_run (check_without_ranges, NULL, G_N_ELEMENTS (modes_without_ranges), AT_ONCE);
}

static void
check_seed (guint number, gconstpointer num_split)
{
  const guint seed = 1 + number;
  const RfTestServerConfig config = { .size = 6 * MIB,
                                      .version = 1,
                                      .cached = TRUE,
                                      .latency_ms = 1,
                                      .rate = RATE,
                                      .slow_rate = SLOW_RATE,
                                      .chaos = { .seed = seed,
                                                 .transient = 1,
                                                 .cut = 5,
                                                 .reset_body = 5,
                                                 .reset = 2,
                                                 .stall = 4,
                                                 .slow = 15 } };
  const RfTestSettings settings = { .workers = 1 + seed % 8,
                                    .slots = 2 + seed % 13,
                                    .slot_size = 200000 + 77777 * (seed % 7),
                                    .timeout = 30 };
  Cost cost;

  g_test_message ("seed %u", seed);
  run (&config, &settings, &cost);
  g_assert_cmpint (cost.elapsed, <, 2 * SOON);
  g_atomic_int_add ((gint *)num_split, cost.splits > 0);
}

/* Slow ones among those that fail otherwise. */
static void
test_chaos (void)
{
  gint num_split = 0;

  rf_test_cases_run (check_seed, &num_split, SEEDS, AT_ONCE);
  g_assert_cmpint (num_split, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/splits/slow", test_slow);
  g_test_add_func ("/splits/after-refusals", test_after_refusals);
  g_test_add_func ("/splits/rings", test_rings);
  g_test_add_func ("/splits/without-ranges", test_without_ranges);
  g_test_add_func ("/splits/chaos", test_chaos);
  return g_test_run ();
}
