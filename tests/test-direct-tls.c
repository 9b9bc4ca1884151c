/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transport that reads connections itself, through TLS: bodies are not left to libcurl, connections serve
 * again, and the end of a connection is not taken for the end of a body. */

#include "rf-error.h"
#include "rf-test-certificate.h"
#include "rf-test-server.h"
#include "rf-test-transfer.h"

#define SIZE RF_TEST_TRANSFER_SIZE
#define SMALL RF_TEST_TRANSFER_SMALL

/* What one record of TLS holds with room to spare. */
#define ONE_RECORD 10000

/* Within a record of TLS, and not where one begins. */
#define ODD_SIZE 777
#define CUT_AFTER 333333

static RfTestCertificate *certificate;

static RfTestServer *
new_server (RfTestServerConfig config)
{
  config.size = SIZE;
  config.version = 1;
  config.tls_cert = rf_test_certificate_get_cert (certificate);
  config.tls_key = rf_test_certificate_get_key (certificate);
  return rf_test_server_new (&config);
}

static RfTestTransfer *
new_transfer (RfTestServer *server)
{
  RfTestTransfer *transfer = rf_test_transfer_new (rf_test_server_get_uri (server));

  rf_options_set_ssl_ca_file (transfer->options, rf_test_certificate_get_cert (certificate));
  return transfer;
}

/* Nothing went another way, and so many handshakes were made. */
static void
expect_direct (RfTestTransfer *transfer, RfTestServer *server, guint handshakes)
{
  RfTestServerCounts counts;

  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (transfer->num_left, ==, 0);
  g_assert_cmpuint (counts.handshakes, ==, handshakes);
}

static void
test_reuse (void)
{
  g_autoptr (RfTestServer) server = new_server ((RfTestServerConfig){ 0 });
  g_autoptr (RfTestTransfer) transfer = new_transfer (server);

  rf_test_transfer_get (transfer, SIZE, 1);
  rf_test_transfer_get (transfer, 1, 0);
  rf_test_transfer_get (transfer, SIZE, 0);
  expect_direct (transfer, server, 1);
}

/* Space in pieces, which end anywhere in a record. */
static void
test_pieces (void)
{
  static const RfTestServerLie forms[] = { RF_TEST_SERVER_HONEST, RF_TEST_SERVER_CHUNKED_PART };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (RfTestServer) server = new_server ((RfTestServerConfig){ .lie = forms[i] });
      g_autoptr (RfTestTransfer) transfer = new_transfer (server);

      transfer->at_once = ODD_SIZE;
      rf_test_transfer_get (transfer, SIZE, 1);
      g_assert_cmpuint (transfer->num_commits, >=, SIZE / ODD_SIZE);
      rf_test_transfer_get (transfer, SIZE, 0);
      expect_direct (transfer, server, 1);
    }
}

/* What has been decrypted before a pause, and brings no event after it, comes too. */
static void
test_pause (void)
{
  g_autoptr (RfTestServer) server = new_server ((RfTestServerConfig){ 0 });
  g_autoptr (RfTestTransfer) transfer = new_transfer (server);

  transfer->limit = ODD_SIZE;
  transfer->wait = TRUE;
  rf_test_transfer_start (transfer, ONE_RECORD);
  rf_test_transfer_wait (transfer);
  rf_test_transfer_check (transfer, ODD_SIZE);
  rf_test_transfer_resume (transfer);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_COMPLETE);
  rf_test_transfer_check (transfer, ONE_RECORD);
  expect_direct (transfer, server, 1);
}

/* Somebody else has the rest, which is read and thrown away if it is little. */
static void
test_limit (void)
{
  static const struct
  {
    guint64 end;
    guint connections; /* for the next request */
  } cases[] = { { ONE_RECORD, 0 }, { SMALL, 0 }, { SIZE, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RfTestServer) server = new_server ((RfTestServerConfig){ 0 });
      g_autoptr (RfTestTransfer) transfer = new_transfer (server);

      transfer->limit = ODD_SIZE;
      rf_test_transfer_start (transfer, cases[i].end);
      g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_CANCELLED);
      rf_test_transfer_check (transfer, ODD_SIZE);
      transfer->limit = SIZE;
      rf_test_transfer_get (transfer, SIZE, cases[i].connections);
      expect_direct (transfer, server, 1 + cases[i].connections);
    }
}

/* It broke off after so many bytes, which are right. */
static void
expect_broken (RfTestTransfer *transfer, gsize length)
{
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_TRANSIENT);
  g_assert_error (transfer->result.error, RF_ERROR, RF_ERROR_READ);
  rf_test_transfer_check (transfer, length);
}

/* The server says in good order that nothing more comes, but more was to come. The connection is not used
 * again. */
static void
test_early_end (void)
{
  static const guint64 ends[] = { 0, 1, 16384, CUT_AFTER, SIZE - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (RfTestServer) server
          = new_server ((RfTestServerConfig){ .cut_every = 2, .cut_after = ends[i] });
      g_autoptr (RfTestTransfer) transfer = new_transfer (server);

      rf_test_transfer_get (transfer, SIZE, 1);
      rf_test_transfer_start (transfer, SIZE);
      expect_broken (transfer, ends[i]);
      rf_test_transfer_get (transfer, SIZE, 1);
      expect_direct (transfer, server, 2);
    }
}

static void
test_reset (void)
{
  g_autoptr (RfTestServer) server
      = new_server ((RfTestServerConfig){ .cut_after = CUT_AFTER, .cut_resets = TRUE });
  g_autoptr (RfTestTransfer) transfer = new_transfer (server);

  rf_test_transfer_start (transfer, SIZE);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_TRANSIENT);
  g_assert_error (transfer->result.error, RF_ERROR, RF_ERROR_READ);
  /* Some of what was sent may have been lost with it. */
  g_assert_cmpuint (transfer->body->len, <=, CUT_AFTER);
  rf_test_transfer_check (transfer, transfer->body->len);
  expect_direct (transfer, server, 1);
}

/* Someone between cuts the connection, who cannot say that in the name of the server. A body that says where
 * it ends has not ended then. */
static void
test_truncated (void)
{
  static const RfTestServerMode modes[] = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_CHUNKED };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (RfTestServer) server
          = new_server ((RfTestServerConfig){ .mode = modes[i], .stall_every = 1 });
      g_autoptr (RfTestTransfer) transfer = new_transfer (server);

      transfer->limit = SIZE / 2 - 1;
      transfer->wait = TRUE;
      rf_test_transfer_start (transfer, SIZE);
      rf_test_transfer_wait (transfer);
      rf_test_transfer_check (transfer, SIZE / 2 - 1);
      rf_test_server_close_connections (server);
      rf_test_transfer_resume (transfer);
      expect_broken (transfer, SIZE / 2);
      expect_direct (transfer, server, 1);
    }
}

/* The end of the connection, in the name of the server, ends the body. */
static void
test_ended (void)
{
  g_autoptr (RfTestServer) server
      = new_server ((RfTestServerConfig){ .mode = RF_TEST_SERVER_CLOSE_DELIMITED });
  g_autoptr (RfTestTransfer) transfer = new_transfer (server);

  rf_test_transfer_start (transfer, SIZE);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_COMPLETE);
  rf_test_transfer_check (transfer, SIZE);
  expect_direct (transfer, server, 1);
}

/* A connection that ends while nobody uses it is not used again. */
static void
test_ended_while_idle (void)
{
  g_autoptr (RfTestServer) server
      = new_server ((RfTestServerConfig){ .lie = RF_TEST_SERVER_SILENT_CLOSE });
  g_autoptr (RfTestTransfer) transfer = new_transfer (server);

  rf_test_transfer_get (transfer, SMALL, 1);
  rf_test_transfer_get (transfer, SMALL, 1);
  expect_direct (transfer, server, 2);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certificate = rf_test_certificate_new ();
  g_test_add_func ("/direct-tls/reuse", test_reuse);
  g_test_add_func ("/direct-tls/pieces", test_pieces);
  g_test_add_func ("/direct-tls/pause", test_pause);
  g_test_add_func ("/direct-tls/limit", test_limit);
  g_test_add_func ("/direct-tls/early-end", test_early_end);
  g_test_add_func ("/direct-tls/reset", test_reset);
  g_test_add_func ("/direct-tls/truncated", test_truncated);
  g_test_add_func ("/direct-tls/ended", test_ended);
  g_test_add_func ("/direct-tls/ended-while-idle", test_ended_while_idle);
  result = g_test_run ();
  rf_test_certificate_free (certificate);
  return result;
}
