/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/overview.md says of slow requests: that others take over what is left of them, and what that
 * costs. What becomes of the request that takes over is tested in test-helpers.c. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
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

/* Whoever has too much to do is not asked for the same twice. */
static void
test_after_refusals (void)
{
  RfTestServerConfig config = { .size = SIZE,
                                .version = 1,
                                .cached = TRUE,
                                .latency_ms = 5,
                                .rate = RATE,
                                .slow_every = 5,
                                .slow_rate = 2 * MIB };
  static const guint refusals[] = { 429, 503 };
  Cost cost;
  guint64 splits;

  run (&config, &usual, &cost);
  splits = cost.splits;
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      config.fail_status = refusals[i];
      config.fail_every = 2;
      run (&config, &usual, &cost);
      g_assert_cmpuint (cost.splits, <=, splits / 4);
      /* Now and then one is refused by chance. */
      config.fail_every = 9;
      run (&config, &usual, &cost);
      g_assert_cmpuint (cost.splits, >, splits / 4);
    }
  /* Other failures say nothing of that. */
  config.fail_status = 500;
  config.fail_every = 2;
  run (&config, &usual, &cost);
  g_assert_cmpuint (cost.splits, >, splits / 4);
}

/* Whatever the ring is like, one slow request does not hold all up. */
static void
test_rings (void)
{
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
  guint64 splits = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rings); i++)
    {
      const RfTestServerConfig config
          = { .size = rings[i].slot_size == 4096 ? MIB / 4 : 3 * MIB + 1,
              .version = 1,
              .latency_ms = 1,
              .rate = RATE,
              .slow_every = 4,
              .slow_rate = SLOW_RATE };
      Cost cost;

      run (&config, &rings[i], &cost);
      g_assert_cmpint (cost.elapsed, <, 2 * SOON);
      splits += cost.splits;
    }
  g_assert_cmpuint (splits, >, 0);
}

static void
read_again (RfReader *reader, guint64 size)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, size);
  g_assert_no_error (error);
}

/* Without ranges there is one request, however slow, and though it is known that it could be faster. */
static void
test_without_ranges (void)
{
  static const RfTestServerMode modes[]
      = { RF_TEST_SERVER_NO_RANGES, RF_TEST_SERVER_CHUNKED, RF_TEST_SERVER_CLOSE_DELIMITED };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      RfTestServerConfig config
          = { .size = 512 * 1024, .version = 1, .mode = modes[i], .rate = 8 * MIB };
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
}

/* Slow ones among those that fail otherwise. */
static void
test_chaos (void)
{
  guint64 splits = 0;

  for (guint64 seed = 1; seed <= SEEDS; seed++)
    {
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
      const RfTestSettings settings = { .workers = 1 + (guint)seed % 8,
                                        .slots = 2 + (guint)seed % 13,
                                        .slot_size = 200000 + 77777 * (seed % 7),
                                        .timeout = 30 };
      Cost cost;

      g_test_message ("seed %u", (guint)seed);
      run (&config, &settings, &cost);
      g_assert_cmpint (cost.elapsed, <, 2 * SOON);
      splits += cost.splits;
    }
  g_assert_cmpuint (splits, >, 0);
}

#define BURST ((guint64)64 * 1024)
#define BURST_TIME (16 * G_TIME_SPAN_MILLISECOND)
#define BURST_LATENCY (20 * G_TIME_SPAN_MILLISECOND)

static gboolean
answer_in_bursts (const RfTestScriptRequest *request, gpointer unused)
{
  guint64 end = MIN (request->end, SIZE);
  g_autofree char *field
      = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n", end - request->start);
  gboolean is_open = TRUE;

  g_usleep (BURST_LATENCY);
  rf_test_script_say_part (request, SIZE, field);
  for (guint64 at = request->start; is_open && at < end; at += BURST)
    {
      if (at > request->start)
        g_usleep (BURST_TIME);
      is_open = rf_test_script_say_content (request, at, MIN (at + BURST, end));
    }
  return is_open;
}

/* Where all come in the same bursts nobody is slow, nor does anybody stall because others are looked at. */
static void
test_bursts (void)
{
  const RfTestSettings settings
      = { .workers = 4, .slots = 16, .slot_size = SLOT_SIZE, .timeout = 30 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_in_bursts, NULL);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  stats = rf_reader_get_stats (reader);
  g_assert_cmpuint (stats->stalls, ==, 0);
}

/* Requests of which a byte comes now and then, so that they do not stall: each would take hours. */
#define TRICKLE_TIME (20 * G_TIME_SPAN_MILLISECOND)
#define SMALL_SIZE (2 * MIB)

typedef struct
{
  guint every; /* one in so many */
  int is_late; /* atomic: one of them has not been helped */
} Trickle;

static gboolean
trickle (const RfTestScriptRequest *request, Trickle *self)
{
  gint64 until = g_get_monotonic_time () + SOON;

  for (guint64 at = request->start; at < request->end; at++)
    {
      if (!rf_test_script_say_content (request, at, at + 1))
        return FALSE;
      g_usleep (TRICKLE_TIME);
      if (g_get_monotonic_time () > until)
        {
          g_atomic_int_set (&self->is_late, TRUE);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
answer_or_trickle (const RfTestScriptRequest *request, gpointer data)
{
  Trickle *self = data;
  guint64 end = MIN (request->end, SMALL_SIZE);
  g_autofree char *field
      = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n", end - request->start);
  gboolean is_open = TRUE;

  rf_test_script_say_part (request, SMALL_SIZE, field);
  if (request->number % self->every == self->every - 1)
    return trickle (request, self);
  for (guint64 at = request->start; is_open && at < end; at += 16 * 1024)
    {
      is_open = rf_test_script_say_content (request, at, MIN (at + 16 * 1024, end));
      g_usleep (G_TIME_SPAN_MILLISECOND);
    }
  return is_open;
}

/* What next to nothing has come of is helped where little else comes, too: an object that is small, or a ring
 * that is full. It is helped where little is left of it as well. */
static void
test_trickles (gconstpointer data)
{
  const gsize slot_size = GPOINTER_TO_SIZE (data);
  const RfTestSettings settings
      = { .workers = 4, .slots = 8, .slot_size = slot_size, .timeout = 30 };
  Trickle trickle = { .every = (guint)(SMALL_SIZE / slot_size / 2) };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_or_trickle, &trickle);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SMALL_SIZE);
  g_assert_no_error (error);
  g_assert_false (g_atomic_int_get (&trickle.is_late));
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
  g_test_add_func ("/splits/bursts", test_bursts);
  g_test_add_data_func ("/splits/trickles", GSIZE_TO_POINTER (256 * 1024), test_trickles);
  g_test_add_data_func ("/splits/small-trickles", GSIZE_TO_POINTER (32 * 1024), test_trickles);
  return g_test_run ();
}
