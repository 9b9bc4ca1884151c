/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server through TLS: what it does without TLS it does with it, and its handshakes can fail. */

#include "rf-test-certificate.h"
#include "rf-test-client.h"
#include "rf-test-server.h"

#include <string.h>

/* More than the kernel holds for one connection, so that a sender has to block. */
#define LARGE_SIZE (G_GUINT64_CONSTANT (64) << 20)

/* Several records, the last of them a ragged one. */
#define SIZE 1000003
#define VERSION 7

/* Generous for a sanitizer on a busy machine, and far below every wait that is interrupted. */
#define PROMPT_S 2.0

static RfTestCertificate *certificate;

static RfTestServer *
new_server (RfTestServerConfig config)
{
  config.version = VERSION;
  config.tls_cert = rf_test_certificate_get_cert (certificate);
  config.tls_key = rf_test_certificate_get_key (certificate);
  return rf_test_server_new (&config);
}

static void
expect_whole (RfTestClient *client)
{
  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_body (client, VERSION, 0, SIZE);
}

static void
stop_promptly (RfTestServer *server)
{
  gint64 start = g_get_monotonic_time ();

  rf_test_server_free (server);
  g_assert_cmpfloat ((double)(g_get_monotonic_time () - start) / G_USEC_PER_SEC, <, PROMPT_S);
}

static void
test_intact (void)
{
  for (guint cached = 0; cached < 2; cached++)
    {
      RfTestServerConfig config = { .size = SIZE, .cached = cached == 1 };
      g_autoptr (RfTestServer) server = new_server (config);
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);
      RfTestServerCounts counts;

      g_assert_true (g_str_has_prefix (rf_test_server_get_uri (server), "https://127.0.0.1:"));
      expect_whole (client);
      rf_test_client_expect_answer (client, "Range: bytes=16380-32770\r\n", "206",
                                    "Content-Range: bytes 16380-32770/1000003");
      rf_test_client_expect_body (client, VERSION, 16380, 32771);
      rf_test_client_expect_answer (client, "Range: bytes=-1\r\n", "206", "Content-Length: 1");
      rf_test_client_expect_body (client, VERSION, SIZE - 1, SIZE);

      /* What TLS has to be given for a new server is not part of a new configuration. */
      config.mode = RF_TEST_SERVER_STATUS;
      rf_test_server_set_config (server, &config);
      rf_test_client_expect_answer (client, "Connection: close\r\n", "503", NULL);
      rf_test_client_expect_text (client, "503 Service Unavailable");
      rf_test_client_expect_end (client);

      rf_test_server_get_counts (server, &counts);
      g_assert_cmpuint (counts.handshakes, ==, 1);
      g_assert_cmpuint (counts.resumed_handshakes, ==, 0);
      g_assert_cmpuint (counts.requests, ==, 4);
      g_assert_cmpuint (counts.body_bytes, ==, SIZE + 16391 + 1);
    }
}

static void
test_modes (void)
{
  RfTestServerConfig config = { .size = SIZE, .mode = RF_TEST_SERVER_CLOSE_DELIMITED };
  g_autoptr (RfTestServer) server = new_server (config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autoptr (RfTestClient) other = rf_test_client_connect (server);
  g_autofree char *head = NULL;
  g_autofree char *line = NULL;

  g_assert_true (rf_test_client_request (client, "GET", ""));
  head = rf_test_client_read_head (client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.0 200 OK\r\n"));
  rf_test_client_expect_body (client, VERSION, 0, SIZE);
  rf_test_client_expect_end (client);

  config.version = VERSION;
  config.mode = RF_TEST_SERVER_CHUNKED;
  rf_test_server_set_config (server, &config);
  rf_test_client_expect_answer (other, "", "200", "Transfer-Encoding: chunked");
  line = rf_test_client_read_line (other);
  g_assert_cmpstr (line, ==, "40000");
  rf_test_client_expect_body (other, VERSION, 0, 0x40000);
}

/* Nor does TLS hide how a connection ends. */
static void
test_cut (void)
{
  const RfTestServerConfig config = { .size = SIZE, .cut_after = 40000 };
  RfTestServerConfig resetting = config;
  g_autoptr (RfTestServer) server = new_server (config);
  g_autoptr (RfTestServer) resetting_server = NULL;
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autoptr (RfTestClient) other = NULL;
  gboolean was_reset;

  rf_test_client_expect_answer (client, "", "200", "Content-Length: 1000003");
  g_assert_cmpuint (rf_test_client_read_rest (client, &was_reset), ==, 40000);
  g_assert_false (was_reset);

  resetting.cut_resets = TRUE;
  resetting_server = new_server (resetting);
  other = rf_test_client_connect (resetting_server);
  g_assert_true (rf_test_client_request (other, "GET", ""));
  g_assert_cmpuint (rf_test_client_read_rest (other, &was_reset), <=, 41000);
  g_assert_true (was_reset);
}

static void
test_stall (void)
{
  RfTestServer *server = new_server ((RfTestServerConfig){ .size = SIZE, .stall_every = 1 });
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_body (client, VERSION, 0, SIZE / 2);
  stop_promptly (server);
  rf_test_client_expect_end (client);
}

/* The kernel paces what is encrypted as it does other bytes. */
static void
test_rate (void)
{
  g_autoptr (RfTestServer) server
      = new_server ((RfTestServerConfig){ .size = SIZE, .rate = 4 * SIZE, .latency_ms = 50 });
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  gint64 start = g_get_monotonic_time ();
  double seconds;

  expect_whole (client);
  seconds = (double)(g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  g_assert_cmpfloat (seconds, >=, 0.2);
  g_assert_cmpfloat (seconds, <=, 2);
}

/* Ends while connections wait to send, to receive, and for a handshake. */
static void
test_stop_many (void)
{
  RfTestServer *server = new_server ((RfTestServerConfig){ .size = LARGE_SIZE, .cached = TRUE });
  RfTestClient *clients[30];

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = i % 3 == 0 ? rf_test_client_new (rf_test_server_get_port (server))
                              : rf_test_client_connect (server);
      if (i % 3 == 1)
        g_assert_true (rf_test_client_request (clients[i], "GET", ""));
    }
  g_assert_true (rf_test_server_wait_requests (server, 10, 10 * 1000));
  stop_promptly (server);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    rf_test_client_free (clients[i]);
}

static void
test_broken_handshakes (void)
{
  g_autoptr (RfTestServer) server
      = new_server ((RfTestServerConfig){ .size = SIZE, .tls_break = 2 });
  RfTestServerCounts counts;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);

      expect_whole (client);
      g_assert_null (rf_test_client_new_tls (rf_test_server_get_port (server)));
    }
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.connections, ==, 6);
  g_assert_cmpuint (counts.handshakes, ==, 3);
}

static gpointer
shake_hands (gpointer server)
{
  return rf_test_client_new_tls (rf_test_server_get_port (server));
}

/* Such a handshake ends when the server does. */
static void
test_stalled_handshake (void)
{
  RfTestServer *server = new_server ((RfTestServerConfig){ .size = SIZE, .tls_stall = 2 });
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  GThread *thread = g_thread_new ("handshake", shake_hands, server);
  g_autoptr (RfTestClient) third = NULL;
  RfTestServerCounts counts;

  do
    rf_test_server_get_counts (server, &counts);
  while (counts.connections < 2);
  third = rf_test_client_connect (server);
  expect_whole (client);
  expect_whole (third);
  rf_test_server_close_connections (server);
  g_assert_null (g_thread_join (thread));
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.handshakes, ==, 2);
  stop_promptly (server);
}

/* A client that speaks no TLS gets no answer. */
static void
test_not_tls (void)
{
  g_autoptr (RfTestServer) server = new_server ((RfTestServerConfig){ .size = SIZE });
  g_autoptr (RfTestClient) client = rf_test_client_new (rf_test_server_get_port (server));
  RfTestServerCounts counts;

  g_assert_nonnull (client);
  g_assert_true (rf_test_client_request (client, "GET", ""));
  g_assert_null (rf_test_client_read_head (client));
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.handshakes, ==, 0);
  g_assert_cmpuint (counts.requests, ==, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certificate = rf_test_certificate_new ();
  g_test_add_func ("/test-server-tls/intact", test_intact);
  g_test_add_func ("/test-server-tls/modes", test_modes);
  g_test_add_func ("/test-server-tls/cut", test_cut);
  g_test_add_func ("/test-server-tls/stall", test_stall);
  g_test_add_func ("/test-server-tls/rate", test_rate);
  g_test_add_func ("/test-server-tls/stop-many", test_stop_many);
  g_test_add_func ("/test-server-tls/broken-handshakes", test_broken_handshakes);
  g_test_add_func ("/test-server-tls/stalled-handshake", test_stalled_handshake);
  g_test_add_func ("/test-server-tls/not-tls", test_not_tls);
  result = g_test_run ();
  rf_test_certificate_free (certificate);
  return result;
}
