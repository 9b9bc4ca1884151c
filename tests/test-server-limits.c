/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all connections of the test server share: a link, and how many requests it answers at a time. */

#include "rf-test-certificate.h"
#include "rf-test-client.h"
#include "rf-test-link.h"
#include "rf-test-server.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SECOND (G_GINT64_CONSTANT (1000000000))

/* More than the kernel holds for one connection, so that a sender has to block. */
#define LARGE_SIZE (64 * MIB)
#define SMALL_SIZE 1000

/* Generous for a sanitizer on a busy machine, and far below every wait that is interrupted. */
#define PROMPT_S 2.0

#define CLIENTS 4

static double
seconds_since (gint64 start)
{
  return (double)(g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

static void
test_link (void)
{
  const guint64 rate = 1000 * 1000;
  RfTestLink link = { 0 };
  gint64 now = 1000 * SECOND;
  gint64 end;

  /* The bucket is full: a hundredth of a second's bytes pass at once, and no more. */
  g_assert_cmpint (rf_test_link_take (&link, rate, 4000, now), <=, now);
  g_assert_cmpint (rf_test_link_take (&link, rate, 6000, now), ==, now);
  g_assert_cmpint (rf_test_link_take (&link, rate, 1000, now), ==, now + SECOND / 1000);

  /* Who is late catches up, so that in the end it is the rate. */
  for (guint i = 2; i <= 1000; i++)
    end = rf_test_link_take (&link, rate, 1000, now + i * (SECOND / 1000) - SECOND / 500);
  g_assert_cmpint (end, ==, now + SECOND);

  /* But not after a long time. */
  now += 100 * SECOND;
  g_assert_cmpint (rf_test_link_take (&link, rate, 10000, now), ==, now);
  g_assert_cmpint (rf_test_link_take (&link, rate, 500000, now), ==, now + SECOND / 2);

  g_assert_cmpuint (rf_test_link_get_piece (1), ==, 16 * 1024);
  g_assert_cmpuint (rf_test_link_get_piece (50 * 1000 * 1024), ==, 48 * 1024);
  g_assert_cmpuint (rf_test_link_get_piece (G_MAXUINT64), ==, 256 * 1024);
}

typedef struct
{
  RfTestServer *server;
  gint64 start;
  double seconds; /* that it took */
  GThread *thread;
} Download;

static gpointer
download (gpointer data)
{
  Download *self = data;
  g_autoptr (RfTestClient) client = rf_test_client_connect (self->server);

  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_body (client, 0, 0, 2 * MIB);
  self->seconds = seconds_since (self->start);
  return NULL;
}

/* Several downloads take as long as their sum, and about as long as each other. */
static void
check_sharing (RfTestServerConfig config)
{
  g_autoptr (RfTestServer) server = NULL;
  Download downloads[CLIENTS];
  double first = G_MAXDOUBLE;
  double last = 0;

  config.size = 2 * MIB;
  config.link_rate = 16 * MIB;
  server = rf_test_server_new (&config);
  for (guint i = 0; i < CLIENTS; i++)
    {
      downloads[i] = (Download){ .server = server, .start = g_get_monotonic_time () };
      downloads[i].thread = g_thread_new ("download", download, &downloads[i]);
    }
  for (guint i = 0; i < CLIENTS; i++)
    {
      g_thread_join (downloads[i].thread);
      first = MIN (first, downloads[i].seconds);
      last = MAX (last, downloads[i].seconds);
    }
  g_test_message ("from %f to %f s", first, last);
  g_assert_cmpfloat (last, >=, 0.45);
  g_assert_cmpfloat (last, <=, 3);
  g_assert_cmpfloat (first, >=, last / 2);
}

static void
test_link_shared (void)
{
  g_autoptr (RfTestCertificate) certificate = rf_test_certificate_new ();

  check_sharing ((RfTestServerConfig){ .cached = TRUE });
  check_sharing ((RfTestServerConfig){ .tls_cert = rf_test_certificate_get_cert (certificate),
                                       .tls_key = rf_test_certificate_get_key (certificate) });
}

/* The head does not wait for the link, and a wait ends with the connection. */
static void
test_link_stop (void)
{
  const RfTestServerConfig config = { .size = LARGE_SIZE, .link_rate = 1 };
  RfTestServer *server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  g_autoptr (RfTestClient) other = rf_test_client_connect (server);
  gint64 start;

  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_answer (other, "", "200", NULL);
  rf_test_server_close_connections (server);
  rf_test_client_expect_end (client);
  rf_test_client_expect_end (other);
  start = g_get_monotonic_time ();
  rf_test_server_free (server);
  g_assert_cmpfloat (seconds_since (start), <, PROMPT_S);
}

static void
test_max_requests (void)
{
  RfTestServerConfig config = { .size = SMALL_SIZE, .latency_ms = 60 * 1000, .max_requests = 2 };
  RfTestServer *server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) first = rf_test_client_connect (server);
  g_autoptr (RfTestClient) second = rf_test_client_connect (server);
  g_autoptr (RfTestClient) third = rf_test_client_connect (server);
  RfTestServerCounts counts;

  g_assert_true (rf_test_client_request (first, "GET", ""));
  g_assert_true (rf_test_client_request (second, "GET", ""));
  g_assert_true (rf_test_server_wait_requests (server, 2, 10 * 1000));
  rf_test_client_expect_answer (third, "", "503", NULL);
  rf_test_client_expect_text (third, "503 Service Unavailable");

  config.max_requests_status = 429;
  config.retry_after = 3;
  config.drop_every = 1;
  rf_test_server_set_config (server, &config);
  rf_test_client_expect_answer (third, "", "429", "Retry-After: 3");
  rf_test_client_expect_text (third, "429 Too Many Requests");

  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.requests, ==, 4);
  g_assert_cmpuint (counts.refused_requests, ==, 2);
  g_assert_cmpuint (counts.max_answering, ==, 2);
  rf_test_server_free (server);
}

/* Who has read an answer may send the next request. */
static void
test_max_requests_kept (void)
{
  const RfTestServerConfig config = { .size = LARGE_SIZE, .cached = TRUE, .max_requests = 2 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) blocked = rf_test_client_connect (server);
  g_autoptr (RfTestClient) first = rf_test_client_connect (server);
  g_autoptr (RfTestClient) second = rf_test_client_connect (server);
  RfTestServerCounts counts;

  rf_test_client_expect_answer (blocked, "", "200", NULL);
  for (guint i = 0; i < 200; i++)
    {
      RfTestClient *client = i % 2 == 0 ? first : second;

      rf_test_client_expect_answer (client, "Range: bytes=1000-100999\r\n", "206", NULL);
      rf_test_client_expect_body (client, 0, 1000, 101000);
    }
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.refused_requests, ==, 0);
  g_assert_cmpuint (counts.max_answering, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-server-limits/link", test_link);
  g_test_add_func ("/test-server-limits/link-shared", test_link_shared);
  g_test_add_func ("/test-server-limits/link-stop", test_link_stop);
  g_test_add_func ("/test-server-limits/max-requests", test_max_requests);
  g_test_add_func ("/test-server-limits/max-requests-kept", test_max_requests_kept);
  return g_test_run ();
}
