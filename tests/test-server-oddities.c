/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the test server does that is odd but no lie: heads of strange size and shape, and ends of
 * connections. */

#include <string.h>

#include "rf-test-liar.h"

static void
test_interim (void)
{
  static const struct
  {
    RfTestServerLie oddity;
    const char *head;
  } oddities[] = { { RF_TEST_SERVER_CONTINUE, "HTTP/1.1 100 Continue\r\n\r\n" },
                   { RF_TEST_SERVER_EARLY_HINTS,
                     "HTTP/1.1 103 Early Hints\r\nContent-Range: bytes 1-2/3\r\n\r\n" } };

  for (gsize i = 0; i < G_N_ELEMENTS (oddities); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_liar_new (oddities[i].oddity);
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);

      rf_test_liar_provoke (client);
      rf_test_client_expect_bytes (client, oddities[i].head);
      rf_test_client_expect_head (client, "206", RANGE_LINE);
      rf_test_client_expect_body (client, VERSION, START, END);
      rf_test_liar_expect_honesty (client);
    }
}

static void
test_huge (void)
{
  static const RfTestServerLie oddities[]
      = { RF_TEST_SERVER_HUGE_FIELD, RF_TEST_SERVER_MANY_FIELDS };

  for (gsize i = 0; i < G_N_ELEMENTS (oddities); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_liar_new (oddities[i]);
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);
      g_autofree char *head = NULL;

      rf_test_liar_provoke (client);
      head = rf_test_client_read_head (client);
      rf_test_client_expect_line (head, RANGE_LINE);
      g_assert_cmpuint (strlen (head), >, 200 * 1024);
      rf_test_client_expect_body (client, VERSION, START, END);
      rf_test_liar_expect_honesty (client);
    }
}

static void
test_endless (void)
{
  RfTestServer *server = rf_test_liar_new (RF_TEST_SERVER_ENDLESS_HEAD);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  gsize length = 0;

  rf_test_liar_provoke (client);
  while (length < 512 * 1024)
    {
      g_autofree char *line = rf_test_client_read_line (client);

      g_assert_nonnull (line);
      g_assert_cmpstr (line, !=, "");
      length += strlen (line);
    }
  rf_test_server_free (server);
}

static void
test_nul (void)
{
  static const char field[] = "\r\nX-Nul: a\0b\r\n\r\n";
  g_autoptr (RfTestServer) server = rf_test_liar_new (RF_TEST_SERVER_NUL_BYTE);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);
  guint8 found[sizeof field - 1];

  rf_test_liar_provoke (client);
  while (TRUE)
    {
      g_autofree char *line = rf_test_client_read_line (client);

      g_assert_nonnull (line);
      g_assert_cmpstr (line, !=, "");
      if (g_str_has_prefix (line, "Content-Length"))
        break;
    }
  g_assert_cmpuint (rf_test_client_read (client, found, sizeof found - 2), ==, sizeof found - 2);
  g_assert_cmpmem (found, sizeof found - 2, field + 2, sizeof found - 2);
  rf_test_client_expect_body (client, VERSION, START, END);
  rf_test_liar_expect_honesty (client);
}

static void
test_bare_lf (void)
{
  g_autoptr (RfTestServer) server = rf_test_liar_new (RF_TEST_SERVER_BARE_LF);
  g_autoptr (RfTestClient) client = rf_test_client_connect (server);

  rf_test_liar_provoke (client);
  rf_test_client_expect_bytes (
      client, "HTTP/1.1 206 Partial Content\nContent-Type: application/octet-stream\n"
              "Accept-Ranges: bytes\nETag: \"v1-1000\"\n" RANGE_LINE "\nContent-Length: 100\n\n");
  rf_test_client_expect_body (client, VERSION, START, END);
  rf_test_liar_expect_honesty (client);
}

/* What ends the connection, by how its answer begins. */
static void
test_closed_connection (void)
{
  static const struct
  {
    RfTestServerLie oddity;
    const char *start;
  } oddities[] = { { RF_TEST_SERVER_SILENT_CLOSE, "HTTP/1.1 206 " },
                   { RF_TEST_SERVER_HTTP_1_0, "HTTP/1.0 206 " },
                   { RF_TEST_SERVER_HTTP_0_9, NULL } };

  for (gsize i = 0; i < G_N_ELEMENTS (oddities); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_liar_new (oddities[i].oddity);
      g_autoptr (RfTestClient) client = rf_test_client_connect (server);

      rf_test_liar_provoke (client);
      if (oddities[i].start != NULL)
        {
          g_autofree char *head = rf_test_client_read_head (client);

          g_assert_true (g_str_has_prefix (head, oddities[i].start));
          rf_test_client_expect_line (head, RANGE_LINE);
          g_assert_null (strstr (head, "Connection: close"));
        }
      rf_test_client_expect_body (client, VERSION, START, END);
      rf_test_client_expect_end (client);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-server/oddity/interim", test_interim);
  g_test_add_func ("/test-server/oddity/huge", test_huge);
  g_test_add_func ("/test-server/oddity/endless", test_endless);
  g_test_add_func ("/test-server/oddity/nul", test_nul);
  g_test_add_func ("/test-server/oddity/bare-lf", test_bare_lf);
  g_test_add_func ("/test-server/oddity/closed-connection", test_closed_connection);
  return g_test_run ();
}
