/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The test server's faults by chance: as many as asked for, the same for the same seed, and each what
 * it should be. */

#include <string.h>

#include "rf-test-client.h"
#include "rf-test-fault.h"
#include "rf-test-server.h"

#define SIZE 1000

/* Of so many requests a share of a tenth is within a fifth of what it should be, unless the mixing is
 * bad: the standard deviation is a thirtieth. */
#define MANY 10000

static const RfTestServerChaos tenths = { .seed = 7,
                                          .unavailable = 10,
                                          .transient = 10,
                                          .reset = 10,
                                          .cut = 10,
                                          .reset_body = 10,
                                          .stall = 10,
                                          .hang = 10,
                                          .slow = 10 };

static void
assert_share (guint count, guint share)
{
  g_assert_cmpuint (count, >=, MANY * share / 100 * 8 / 10);
  g_assert_cmpuint (count, <=, MANY * share / 100 * 12 / 10);
}

static void
test_shares (void)
{
  const RfTestServerConfig config = { .chaos = tenths };
  guint kinds[RF_TEST_FAULT_RESET_BODY + 1] = { 0 };
  guint statuses[600] = { 0 };
  guint slow = 0;

  for (guint64 number = 1; number <= MANY; number++)
    {
      RfTestFault fault = rf_test_fault_pick (&config, number);

      kinds[fault.kind]++;
      statuses[fault.status]++;
      slow += fault.slow ? 1 : 0;
    }
  assert_share (kinds[RF_TEST_FAULT_STATUS], 20);
  assert_share (kinds[RF_TEST_FAULT_RESET], 10);
  assert_share (kinds[RF_TEST_FAULT_CUT], 10);
  assert_share (kinds[RF_TEST_FAULT_RESET_BODY], 10);
  assert_share (kinds[RF_TEST_FAULT_STALL], 10);
  assert_share (kinds[RF_TEST_FAULT_HANG], 10);
  assert_share (kinds[RF_TEST_FAULT_NONE], 30);
  assert_share (slow, 10);
  assert_share (statuses[503], 10);
  assert_share (statuses[408], 2);
  assert_share (statuses[429], 2);
  assert_share (statuses[500], 2);
  assert_share (statuses[502], 2);
  assert_share (statuses[504], 2);
}

/* How many of two seeds' requests meet the same fault. */
static guint
count_equal (guint64 seed_a, guint64 seed_b)
{
  RfTestServerConfig a = { .chaos = tenths };
  RfTestServerConfig b = { .chaos = tenths };
  guint n_equal = 0;

  a.chaos.seed = seed_a;
  b.chaos.seed = seed_b;
  for (guint64 number = 1; number <= MANY; number++)
    {
      RfTestFault one = rf_test_fault_pick (&a, number);
      RfTestFault other = rf_test_fault_pick (&b, number);

      if (one.kind == other.kind && one.status == other.status && one.slow == other.slow
          && rf_test_fault_place (&a, number, SIZE) == rf_test_fault_place (&b, number, SIZE))
        n_equal++;
    }
  return n_equal;
}

static void
test_seeds (void)
{
  g_assert_cmpuint (count_equal (7, 7), ==, MANY);
  for (guint64 seed = 0; seed < 20; seed++)
    {
      g_assert_cmpuint (count_equal (seed, seed + 1), <, MANY / 100);
      g_assert_cmpuint (count_equal (seed, ~seed), <, MANY / 100);
    }
}

static void
test_places (void)
{
  const RfTestServerConfig config = { .chaos = { .seed = 3, .cut = 100 } };
  guint tenth[10] = { 0 };

  for (guint64 number = 1; number <= MANY; number++)
    {
      guint64 place = rf_test_fault_place (&config, number, SIZE);

      g_assert_cmpuint (place, <, SIZE);
      tenth[place / (SIZE / G_N_ELEMENTS (tenth))]++;
    }
  for (guint i = 0; i < G_N_ELEMENTS (tenth); i++)
    assert_share (tenth[i], 10);
}

/* What strikes by count does so whatever chance says. */
static void
test_count_first (void)
{
  const RfTestServerConfig config
      = { .fail_every = 3, .fail_status = 404, .chaos = { .seed = 1, .reset = 100 } };

  for (guint64 number = 1; number <= 30; number++)
    {
      RfTestFault fault = rf_test_fault_pick (&config, number);

      if (number % 3 == 0)
        g_assert_cmpuint (fault.status, ==, 404);
      else
        g_assert_cmpint (fault.kind, ==, RF_TEST_FAULT_RESET);
    }
}

static void
test_statuses (void)
{
  RfTestServerConfig config = { .size = SIZE, .chaos = { .unavailable = 100 } };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_client_expect_refusal (client, "", "503 Service Unavailable", NULL);

  config.chaos = (RfTestServerChaos){ .seed = 5, .transient = 100 };
  config.retry_after = 2;
  rf_test_server_set_config (server, &config);
  for (guint64 number = 1; number <= 20; number++)
    {
      guint expected = rf_test_fault_pick (&config, number).status;
      g_autofree char *status = g_strdup_printf ("%u", expected);
      g_autofree char *head = NULL;
      char *length;

      g_assert_true (rf_test_client_request (client, "GET", ""));
      head = rf_test_client_read_head (client);
      g_assert_nonnull (head);
      g_assert_true (g_str_has_prefix (head + strlen ("HTTP/1.1 "), status));
      g_assert_nonnull (strstr (head, "\r\nRetry-After: 2\r\n"));
      length = strstr (head, "\r\nContent-Length: ");
      g_assert_nonnull (length);
      for (guint64 i = g_ascii_strtoull (length + strlen ("\r\nContent-Length: "), NULL, 10); i > 0;
           i--)
        {
          guint8 byte;

          g_assert_cmpuint (rf_test_client_read (client, &byte, 1), ==, 1);
        }
    }
}

static void
test_resets (void)
{
  RfTestServerConfig config = { .size = SIZE, .chaos = { .reset = 100 } };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);
      gboolean was_reset;

      g_assert_true (rf_test_client_request (client, "GET", ""));
      g_assert_cmpuint (rf_test_client_read_rest (client, &was_reset), ==, 0);
      g_assert_true (was_reset);
    }
}

/* A reset may take away what the peer has not read. */
static void
check_breaks (const RfTestServerConfig *config, gboolean resets)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (config);

  for (guint64 number = 1; number <= 20; number++)
    {
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);
      guint64 place = rf_test_fault_place (config, number, SIZE);
      gboolean was_reset;
      gsize n;

      rf_test_client_expect_answer (client, "", "200", "Content-Length: 1000");
      n = rf_test_client_read_rest (client, &was_reset);
      g_assert_cmpint (was_reset, ==, resets);
      g_assert_cmpuint (n, <=, place);
      if (!resets)
        g_assert_cmpuint (n, ==, place);
    }
}

static void
test_breaks (void)
{
  check_breaks (&(RfTestServerConfig){ .size = SIZE, .chaos = { .cut = 100 } }, FALSE);
  check_breaks (&(RfTestServerConfig){ .size = SIZE, .chaos = { .reset_body = 100 } }, TRUE);
}

static void
test_reset_by_count (void)
{
  const RfTestServerConfig config = { .size = SIZE, .cut_after = 400, .cut_resets = TRUE };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  gboolean was_reset;

  rf_test_client_expect_answer (client, "", "200", NULL);
  g_assert_cmpuint (rf_test_client_read_rest (client, &was_reset), <=, 400);
  g_assert_true (was_reset);
}

static void
test_stalls (void)
{
  const RfTestServerConfig config = { .size = SIZE, .chaos = { .seed = 11, .stall = 100 } };
  RfTestServer *server = rf_test_server_new (&config);
  RfTestClient *clients[10];
  RfTestServerCounts counts;

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = rf_test_client_connect (server);
      rf_test_client_expect_answer (clients[i], "", "200", "Content-Length: 1000");
      rf_test_client_expect_body (clients[i], 0, 0, rf_test_fault_place (&config, i + 1, SIZE));
    }
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.open_connections, ==, G_N_ELEMENTS (clients));
  rf_test_server_free (server);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      rf_test_client_expect_end (clients[i]);
      rf_test_client_free (clients[i]);
    }
}

static void
check_hangs (const RfTestServerConfig *config)
{
  RfTestServer *server = rf_test_server_new (config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  RfTestServerCounts counts;
  gboolean was_reset;

  g_assert_true (rf_test_client_request (client, "GET", ""));
  g_assert_true (rf_test_server_wait_requests (server, 1, 10 * 1000));
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.open_connections, ==, 1);
  rf_test_server_free (server);
  g_assert_cmpuint (rf_test_client_read_rest (client, &was_reset), ==, 0);
  g_assert_false (was_reset);
}

static void
test_hangs (void)
{
  check_hangs (&(RfTestServerConfig){ .size = SIZE, .chaos = { .hang = 100 } });
  check_hangs (&(RfTestServerConfig){ .size = SIZE, .hang_every = 1 });
}

static void
test_slow (void)
{
  const RfTestServerConfig config
      = { .size = 4 << 20, .slow_rate = 20 << 20, .chaos = { .slow = 100 } };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  gint64 began = g_get_monotonic_time ();

  rf_test_client_expect_answer (client, "", "200", NULL);
  rf_test_client_expect_body (client, 0, 0, config.size);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_USEC_PER_SEC / 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-server/shares", test_shares);
  g_test_add_func ("/test-server/seeds", test_seeds);
  g_test_add_func ("/test-server/places", test_places);
  g_test_add_func ("/test-server/count-first", test_count_first);
  g_test_add_func ("/test-server/statuses", test_statuses);
  g_test_add_func ("/test-server/resets", test_resets);
  g_test_add_func ("/test-server/breaks", test_breaks);
  g_test_add_func ("/test-server/reset-by-count", test_reset_by_count);
  g_test_add_func ("/test-server/stalls", test_stalls);
  g_test_add_func ("/test-server/hangs", test_hangs);
  g_test_add_func ("/test-server/slow", test_slow);
  return g_test_run ();
}
