/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* max-bandwidth: that a stream is not faster, nor slower. That whoever is held back is held up by nothing else
 * is tested in test-held-back.c. */

#include <ringfetch.h>

#include "rf-test-cases.h"
#include "rf-test-reader.h"
#include "rf-test-server.h"

#define KIB ((guint64)1024)

static const struct
{
  RfTestServerMode mode;
  RfTestSettings settings;
} streams[] = {
  { RF_TEST_SERVER_RANGES, { .workers = 1, .slots = 2, .slot_size = 64 * KIB } },
  { RF_TEST_SERVER_RANGES, { .workers = 8, .slots = 32, .slot_size = MIB } },
  { RF_TEST_SERVER_RANGES, { .workers = 0 } },
  { RF_TEST_SERVER_CHUNKED, { .workers = 1, .slots = 1, .slot_size = 100 * KIB } },
};

static void
check_stream (guint i, gconstpointer unused)
{
  const guint64 rate = 4 * MIB;
  const guint64 size = 3 * MIB + 1;
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = size, .version = 1, .mode = streams[i].mode });
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader
      = rf_test_reader_new_limited (rf_test_server_get_uri (server), &streams[i].settings, rate);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, size);
  g_assert_no_error (error);
  rf_test_reader_expect_rate (began, size, rate);
}

static void
test_rate (void)
{
  rf_test_cases_run (check_stream, NULL, G_N_ELEMENTS (streams), G_N_ELEMENTS (streams));
}

/* What has been asked for in vain need not have been waited for, but what has come is paid for. */
static void
test_seeks (void)
{
  const guint64 rate = 2 * MIB;
  const guint64 size = 64 * MIB;
  const RfTestSettings settings = { .workers = 4, .slots = 8, .slot_size = 256 * KIB };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = size, .version = 1, .latency_ms = 2 });
  gint64 began = g_get_monotonic_time ();
  g_autoptr (RfReader) reader
      = rf_test_reader_new_limited (rf_test_server_get_uri (server), &settings, rate);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;

  for (guint64 i = 0; i < 24; i++)
    {
      guint64 start = (i * 37 % 64) * MIB;
      guint64 stop = start + 50 * KIB;

      g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, &error));
      g_assert_cmpuint (rf_test_reader_check_until (reader, start, stop, &error), ==, stop);
      g_assert_no_error (error);
    }
  stats = rf_reader_get_stats (reader);
  g_assert_cmpuint (stats->bytes, >=, 24 * 50 * KIB);
  rf_test_reader_expect_rate (began, stats->bytes, rate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/rate", test_rate);
  g_test_add_func ("/limits/seeks", test_seeks);
  return g_test_run ();
}
