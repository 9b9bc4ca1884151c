/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The faults and the lifecycle of the test server: each fault strikes exactly when it should, and
 * nothing that is slow or stuck delays the end. */

#include <string.h>

#include "rf-test-client.h"
#include "rf-test-server.h"

/* More than the kernel holds for one connection, so that a sender has to block. */
#define LARGE_SIZE (G_GUINT64_CONSTANT (64) << 20)

#define SMALL_SIZE 1000

/* Generous for a sanitizer on a busy machine, and far below every wait that is interrupted. */
#define PROMPT_S 1.0

static double
seconds_since (gint64 start)
{
  return (double)(g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

static void
expect_small (RfTestClient *client)
{
  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_body (client, 0, 0, SMALL_SIZE);
}

static void
stop_promptly (RfTestServer *server)
{
  gint64 start = g_get_monotonic_time ();

  rf_test_server_free (server);
  g_assert_cmpfloat (seconds_since (start), <, PROMPT_S);
}

static void
test_cut (void)
{
  RfTestServerConfig config = { .size = SMALL_SIZE, .cut_after = 400, .cut_every = 2 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autoptr (RfTestClient) other = rf_test_client_connect (server);

  expect_small (client);
  rf_test_client_expect_answer (client, "Range: bytes=100-899\r\n", "206", "Content-Length: 800");
  rf_test_client_expect_body (client, 0, 100, 500);
  rf_test_client_expect_end (client);

  config.cut_every = 0;
  rf_test_server_set_config (server, &config);
  rf_test_client_expect_answer (other, "Range: bytes=0-399\r\n", "206", NULL);
  rf_test_client_expect_body (other, 0, 0, 400);
  rf_test_client_expect_answer (other, "", "200", "Content-Length: 1000");
  rf_test_client_expect_body (other, 0, 0, 400);
  rf_test_client_expect_end (other);
}

static void
test_fail (void)
{
  RfTestServerConfig config
      = { .size = SMALL_SIZE, .fail_first = 2, .fail_every = 4, .retry_after = 3 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_client_expect_refusal (client, "", "503 Service Unavailable", "Retry-After: 3");
  rf_test_client_expect_refusal (client, "", "503 Service Unavailable", NULL);
  expect_small (client);
  rf_test_client_expect_refusal (client, "", "503 Service Unavailable", NULL);
  expect_small (client);

  config.fail_status = 429;
  rf_test_server_set_config (server, &config);
  rf_test_client_expect_refusal (client, "", "429 Too Many Requests", NULL);
}

static void
test_status (void)
{
  const RfTestServerConfig config = { .mode = RF_TEST_SERVER_STATUS, .status = 404 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  for (guint i = 0; i < 2; i++)
    rf_test_client_expect_refusal (client, "Range: bytes=0-\r\n", "404 Not Found",
                                   "Content-Length: 14");
}

static void
test_drop (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE, .drop_every = 2 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  expect_small (client);
  g_assert_true (rf_test_client_request (client, "GET", ""));
  rf_test_client_expect_end (client);
}

static void
test_redirect (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE, .redirect_to = "/moved?to=here" };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  g_assert_true (rf_test_client_send (client, "GET /redirect?signed HTTP/1.1\r\nHost: x\r\n\r\n"));
  rf_test_client_expect_head (client, "302", "Location: /moved?to=here");
  rf_test_client_expect_text (client, "302 Found");
  expect_small (client);
}

static void
test_stall (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE, .stall_every = 1 };
  RfTestServer *server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autoptr (RfTestClient) quitter = rf_test_client_connect (server);
  RfTestServerCounts counts;

  rf_test_client_expect_answer (client, "", "200", "Content-Length: 1000");
  rf_test_client_expect_body (client, 0, 0, SMALL_SIZE / 2);
  rf_test_client_expect_answer (quitter, "", "200", NULL);

  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.open_connections, ==, 2);
  g_assert_cmpuint (counts.max_answering, ==, 2);
  g_clear_pointer (&quitter, rf_test_client_free);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.open_connections, ==, 1);

  stop_promptly (server);
  rf_test_client_expect_end (client);
}

static void
test_stop_latency (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE, .latency_ms = 60 * 1000 };
  RfTestServer *server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  g_assert_true (rf_test_client_request (client, "GET", ""));
  g_assert_true (rf_test_server_wait_requests (server, 1, 10 * 1000));
  g_assert_false (rf_test_server_wait_requests (server, 2, 10));
  stop_promptly (server);
  rf_test_client_expect_end (client);
}

static void
test_latency (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE, .latency_ms = 50 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  gint64 start = g_get_monotonic_time ();

  expect_small (client);
  expect_small (client);
  g_assert_cmpfloat (seconds_since (start), >=, 0.1);
}

static void
stop_many (const RfTestServerConfig *config)
{
  RfTestServer *server = rf_test_server_new (config);
  RfTestClient *clients[100];
  RfTestServerCounts counts;

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = rf_test_client_connect (server);
      /* Some only connect, and the others read nothing, so that the server blocks. */
      if (i % 3 != 0)
        g_assert_true (rf_test_client_request (clients[i], "GET", ""));
    }
  g_assert_true (rf_test_server_wait_requests (server, 66, 10 * 1000));
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.connections, >=, 66);
  g_assert_cmpuint (counts.requests, ==, 66);
  g_assert_cmpuint (counts.max_answering, ==, 66);
  stop_promptly (server);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    rf_test_client_free (clients[i]);
}

static void
test_stop_many (void)
{
  RfTestServerConfig config = { .size = LARGE_SIZE };

  stop_many (&config);
  config.cached = TRUE;
  stop_many (&config);
  config.rate = 1 << 20;
  stop_many (&config);
  config.mode = RF_TEST_SERVER_CHUNKED;
  config.cached = FALSE;
  stop_many (&config);
}

static void
test_close_connections (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) first = rf_test_client_connect (server);
  g_autoptr (RfTestClient) second = rf_test_client_connect (server);
  g_autoptr (RfTestClient) third = NULL;
  RfTestServerCounts counts;

  expect_small (first);
  expect_small (second);
  rf_test_server_close_connections (server);
  rf_test_client_expect_end (first);
  rf_test_client_expect_end (second);

  third = rf_test_client_connect (server);
  expect_small (third);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.connections, ==, 3);
  g_assert_cmpuint (counts.open_connections, ==, 1);
  g_assert_cmpuint (counts.max_open_connections, ==, 2);
}

/* A client with one connection at a time is never seen with two. */
static void
test_max_open (void)
{
  const RfTestServerConfig config = { .size = LARGE_SIZE };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  RfTestServerCounts counts;

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);

      rf_test_client_expect_answer (client, "", "200", NULL);
      rf_test_client_expect_body (client, 0, 0, 1 << 16);
    }
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.connections, ==, 50);
  g_assert_cmpuint (counts.max_open_connections, ==, 1);
}

/* Nor is a client with one request at a time. */
static void
test_max_answering (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) first = rf_test_client_connect (server);
  g_autoptr (RfTestClient) second = rf_test_client_connect (server);
  RfTestServerCounts counts;

  for (guint i = 0; i < 1000; i++)
    expect_small (i % 2 == 0 ? first : second);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.requests, ==, 1000);
  g_assert_cmpuint (counts.max_answering, ==, 1);
}

static void
test_outage (void)
{
  const RfTestServerConfig config = { .size = SMALL_SIZE };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  guint16 port = rf_test_server_get_port (server);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  expect_small (client);
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (RfTestClient) late = NULL;

      rf_test_server_stop_listening (server);
      g_assert_null (rf_test_client_new (port));
      expect_small (client);
      rf_test_server_start_listening (server);
      late = rf_test_client_connect (server);
      expect_small (late);
    }
  rf_test_server_stop_listening (server);
  g_assert_cmpuint (rf_test_server_get_port (server), ==, port);
}

static double
time_whole (RfTestClient *client, guint64 size)
{
  gint64 start = g_get_monotonic_time ();

  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_body (client, 0, 0, size);
  return seconds_since (start);
}

static void
test_pacing (void)
{
  RfTestServerConfig config = { .size = 10 << 20, .rate = 20 << 20 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  double seconds = time_whole (client, config.size);

  g_assert_cmpfloat (seconds, >=, 0.35);
  g_assert_cmpfloat (seconds, <=, 2);

  /* Each second request is ten times as slow, on the same connection. */
  config.rate = 200 << 20;
  config.slow_every = 2;
  config.slow_rate = 20 << 20;
  rf_test_server_set_config (server, &config);
  seconds = time_whole (client, config.size);
  g_assert_cmpfloat (seconds, <, 0.3);
  seconds = time_whole (client, config.size);
  g_assert_cmpfloat (seconds, >=, 0.35);
  g_assert_cmpfloat (seconds, <=, 2);
  seconds = time_whole (client, config.size);
  g_assert_cmpfloat (seconds, <, 0.3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-server/cut", test_cut);
  g_test_add_func ("/test-server/fail", test_fail);
  g_test_add_func ("/test-server/status", test_status);
  g_test_add_func ("/test-server/drop", test_drop);
  g_test_add_func ("/test-server/redirect", test_redirect);
  g_test_add_func ("/test-server/stall", test_stall);
  g_test_add_func ("/test-server/stop-latency", test_stop_latency);
  g_test_add_func ("/test-server/latency", test_latency);
  g_test_add_func ("/test-server/stop-many", test_stop_many);
  g_test_add_func ("/test-server/close-connections", test_close_connections);
  g_test_add_func ("/test-server/max-open", test_max_open);
  g_test_add_func ("/test-server/max-answering", test_max_answering);
  g_test_add_func ("/test-server/outage", test_outage);
  g_test_add_func ("/test-server/pacing", test_pacing);
  return g_test_run ();
}
