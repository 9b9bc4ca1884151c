/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/overview.md says of the cost of helping slow requests where there are more of them than may be
 * helped: how many bytes a server sends for nothing. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

/* Of all bytes, one in so many may come twice; */
#define DOUBLED_SHARE 20

/* and so often one more request is split, if the consumer waits for nothing else. */
#define RESCUE_INTERVAL G_TIME_SPAN_SECOND

/* What a split may cost beyond what it was reckoned for: what the kernels hold of a body that nobody wants any
 * more, and what comes until the server is told. */
#define UNDER_WAY ((guint64)192 * 1024)

/* The least that it is reckoned for: nobody helps with less. */
#define MIN_RECKONED ((guint64)64 * 1024)

/* And for one that goes on. */
#define GOING_ON ((guint64)128 * 1024)

#define SIZE (30 * MIB)

/* Of a usual connection, so low that the server's kernel takes little before it is sent; and of a slow one.
 * It brings something, too, for it has to come to its end without help. */
#define RATE (3 * MIB)
#define SLOW_RATE (RATE / 12)

static void
test_many_slow (void)
{
  const RfTestServerConfig config = { .size = SIZE,
                                      .version = 1,
                                      .cached = TRUE,
                                      .latency_ms = 1,
                                      .rate = RATE,
                                      .slow_every = 2,
                                      .slow_rate = SLOW_RATE };
  const RfTestSettings settings
      = { .workers = 16, .slots = 32, .slot_size = MIB / 2, .timeout = 30 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfOptions) options = rf_test_reader_new_options (&settings);
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader = rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;
  RfTestServerCounts counts;
  guint64 doubled, rescues;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  rescues = 1 + (guint64)((g_get_monotonic_time () - began) / RESCUE_INTERVAL);
  stats = rf_reader_get_stats (reader);
  rf_test_server_get_counts (server, &counts);
  doubled = counts.body_bytes - SIZE;
  g_test_message ("%u splits, at most %u rescues, %u of %u bytes twice", (guint)stats->splits,
                  (guint)rescues, (guint)doubled, (guint)SIZE);
  g_assert_cmpuint (doubled, >, 0);
  g_assert_cmpuint (stats->splits, <=, SIZE / DOUBLED_SHARE / MIN_RECKONED + rescues);
  g_assert_cmpuint (doubled, <=, SIZE / DOUBLED_SHARE + stats->splits * UNDER_WAY);
}

/* What is silent sends little for nothing, so more are helped than could be if each of them went on. */
static void
test_many_silent (void)
{
  const RfTestServerConfig config = {
    .size = 2 * SIZE, .version = 1, .cached = TRUE, .latency_ms = 1, .rate = RATE, .stall_every = 4
  };
  const RfTestSettings settings
      = { .workers = 16, .slots = 32, .slot_size = MIB / 2, .timeout = 30 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfOptions) options = rf_test_reader_new_options (&settings);
  g_autoptr (RfReader) reader = rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;
  RfTestServerCounts counts;
  guint64 doubled;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, config.size);
  g_assert_no_error (error);
  stats = rf_reader_get_stats (reader);
  rf_test_server_get_counts (server, &counts);
  /* The server counts what it has sent a moment after that. */
  doubled = MAX (counts.body_bytes, config.size) - config.size;
  g_test_message ("%u requests, %u splits, %u stalls, %u of %u bytes twice", (guint)stats->requests,
                  (guint)stats->splits, (guint)stats->stalls, (guint)doubled, (guint)config.size);
  g_assert_cmpuint (stats->splits, >, config.size / DOUBLED_SHARE / GOING_ON * 5 / 4);
  g_assert_cmpuint (doubled, <=, config.size / DOUBLED_SHARE + stats->splits * UNDER_WAY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doubled/many-slow", test_many_slow);
  g_test_add_func ("/doubled/many-silent", test_many_silent);
  return g_test_run ();
}
