/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole streams through TLS: what breaks or stalls, also in the middle of a handshake, costs a request and
 * not the stream. */

#include <ringfetch.h>

#include "rf-test-certificate.h"
#include "rf-test-reader.h"
#include "rf-test-server.h"

#define SLOT_SIZE 65536
#define PARTS 32
#define SIZE (PARTS * SLOT_SIZE)

static RfTestCertificate *certificate;

static RfTestServer *
new_server (RfTestServerConfig config)
{
  config.size = config.size != 0 ? config.size : SIZE;
  config.version = 1;
  config.tls_cert = rf_test_certificate_get_cert (certificate);
  config.tls_key = rf_test_certificate_get_key (certificate);
  return rf_test_server_new (&config);
}

/* A reader with a session of its own, which has no connection yet. */
static RfReader *
new_reader (RfTestServer *server, const RfTestSettings *settings)
{
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);

  rf_options_set_ssl_ca_file (options, rf_test_certificate_get_cert (certificate));
  rf_options_set_retry_backoff_factor (options, 0);
  return rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
}

/* Reads all of it; returns what that took. */
static RfStats *
read_whole (RfTestServer *server, guint workers)
{
  const RfTestSettings settings = { .workers = workers, .slots = 8, .slot_size = SLOT_SIZE };
  g_autoptr (RfReader) reader = new_reader (server, &settings);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  return rf_reader_get_stats (reader);
}

/* One session goes on from connection to connection. */
static void
test_intact (void)
{
  g_autoptr (RfTestServer) server = new_server ((RfTestServerConfig){ .latency_ms = 5 });
  g_autoptr (RfStats) stats = read_whole (server, 4);
  RfTestServerCounts counts;

  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (stats->retries, ==, 0);
  g_assert_cmpuint (counts.handshakes, ==, counts.connections);
  g_assert_cmpuint (counts.max_open_connections, >, 1);
  g_assert_cmpuint (counts.resumed_handshakes, >, 0);
}

/* Not those of the system are trusted instead, which it takes a sanitizer seconds to read. */
static void
test_not_trusted (void)
{
  const RfTestSettings settings = { .workers = 4 };
  RfTestCertificate *other = rf_test_certificate_new ();
  g_autoptr (RfOptions) options = rf_test_reader_new_options (&settings);
  g_autoptr (RfTestServer) server = new_server ((RfTestServerConfig){ 0 });
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;

  rf_options_set_ssl_ca_file (options, rf_test_certificate_get_cert (other));
  reader = rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, 0);
  rf_test_reader_expect_error (error, RF_ERROR_CONNECT, "ssl-ca-file");
  rf_test_certificate_free (other);
}

/* What strikes requests does so through TLS. */
static void
test_faults (void)
{
  static const RfTestServerConfig configs[] = {
    { .drop_every = 3 },
    { .cut_every = 3, .cut_after = 20000 },
    { .cut_every = 3, .cut_after = 20000, .cut_resets = TRUE },
    { .fail_every = 3 },
    { .lie = RF_TEST_SERVER_SILENT_CLOSE },
    { .stall_every = 9 },
    { .chaos = { .unavailable = 10, .reset = 10, .reset_body = 10, .cut = 10, .stall = 5 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (RfTestServer) server = new_server (configs[i]);
      g_autoptr (RfStats) stats = read_whole (server, 4);

      g_test_message ("%" G_GUINT64_FORMAT " requests, %" G_GUINT64_FORMAT
                      " retries, %" G_GUINT64_FORMAT " splits",
                      stats->requests, stats->retries, stats->splits);
      /* What stalls may be taken over by another request before it is given up. */
      g_assert_true (stats->retries + stats->splits > 0 || configs[i].lie != RF_TEST_SERVER_HONEST);
    }
}

/* Of a part that comes slowly another request brings the rest. It comes in records of 16 KiB, and so not at all
 * for a moment. */
static void
test_slow (void)
{
  const RfTestSettings settings = { .workers = 4, .slots = 8, .slot_size = MIB, .timeout = 30 };
  const RfTestServerConfig config = { .size = 12 * MIB,
                                      .cached = TRUE,
                                      .latency_ms = 5,
                                      .rate = 16 * MIB,
                                      .slow_every = 4,
                                      .slow_rate = MIB / 2 };
  g_autoptr (RfTestServer) server = new_server (config);
  g_autoptr (RfReader) reader = new_reader (server, &settings);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, config.size);
  g_assert_no_error (error);
  stats = rf_reader_get_stats (reader);
  g_test_message ("%" G_GUINT64_FORMAT " splits", stats->splits);
  g_assert_cmpuint (stats->splits, >, 0);
}

/* Each request needs a connection of its own, and every second or third one of them fails. */
static void
test_handshakes (void)
{
  static const RfTestServerConfig configs[] = {
    { .lie = RF_TEST_SERVER_SILENT_CLOSE, .tls_break = 2 },
    { .lie = RF_TEST_SERVER_SILENT_CLOSE, .tls_break = 3, .tls_stall = 8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (RfTestServer) server = new_server (configs[i]);
      g_autoptr (RfStats) stats = read_whole (server, 4);
      RfTestServerCounts counts;

      rf_test_server_get_counts (server, &counts);
      g_test_message ("%" G_GUINT64_FORMAT " connections, %" G_GUINT64_FORMAT " retries",
                      counts.connections, stats->retries);
      g_assert_cmpuint (counts.connections, >, counts.handshakes);
      g_assert_cmpuint (stats->retries, >, 0);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certificate = rf_test_certificate_new ();
  g_test_add_func ("/tls/intact", test_intact);
  g_test_add_func ("/tls/not-trusted", test_not_trusted);
  g_test_add_func ("/tls/faults", test_faults);
  g_test_add_func ("/tls/slow", test_slow);
  g_test_add_func ("/tls/handshakes", test_handshakes);
  result = g_test_run ();
  rf_test_certificate_free (certificate);
  return result;
}
