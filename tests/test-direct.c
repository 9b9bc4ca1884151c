/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transport that reads connections itself: what it makes of answers in every form, and what it leaves to
 * libcurl. */

#include "rf-error.h"
#include "rf-test-script.h"
#include "rf-test-transfer.h"

#include <stdlib.h>
#include <string.h>

#define SIZE RF_TEST_TRANSFER_SIZE
#define SMALL RF_TEST_TRANSFER_SMALL

/* Space in pieces, which end anywhere. */
static void
test_pieces (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (rf_test_transfer_answer, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  transfer->at_once = 777;
  rf_test_transfer_get (transfer, SIZE, 1);
  g_assert_cmpuint (transfer->num_commits, >=, SIZE / 777);
}

static gboolean
answer_until_end (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say_part (request, SIZE, "");
  rf_test_script_say_content (request, request->start, request->end);
  return FALSE;
}

static gboolean
answer_in_http_1_0 (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say (request, "HTTP/1.0 206 Partial Content\r\n\r\n");
  rf_test_script_say_content (request, request->start, request->end);
  return FALSE;
}

/* The connection ends the body. */
static void
test_until_end (void)
{
  static const RfTestScriptFunc funcs[] = { answer_until_end, answer_in_http_1_0 };

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      g_autoptr (RfTestScript) script = rf_test_script_new (funcs[i], NULL);
      g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

      rf_test_transfer_get (transfer, SIZE, 1);
      transfer->at_once = 777;
      rf_test_transfer_get (transfer, SIZE, 1);
      g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 2);
    }
}

/* Chunks of growing size. */
static gboolean
answer_in_chunks (const RfTestScriptRequest *request, gpointer unused)
{
  guint64 length = 1;

  rf_test_script_say_part (request, SIZE, "Transfer-Encoding: chunked\r\n");
  for (guint64 at = request->start; at < request->end; at += length++ * 7)
    {
      guint64 end = MIN (at + length * 7, request->end);
      g_autofree char *line = g_strdup_printf ("%" G_GINT64_MODIFIER "x;a=b\r\n", end - at);

      rf_test_script_say (request, line);
      rf_test_script_say_content (request, at, end);
      rf_test_script_say (request, "\r\n");
    }
  return rf_test_script_say (request, "0\r\nTrailer: x\r\n\r\n");
}

static void
test_chunks (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_in_chunks, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_get (transfer, SIZE, 1);
  transfer->at_once = 777;
  rf_test_transfer_get (transfer, SMALL, 0);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 2);
}

static void
test_pause (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_in_chunks, NULL);
  g_autoptr (RfTestScript) plain = rf_test_script_new (rf_test_transfer_answer, NULL);
  RfTestScript *const scripts[] = { script, plain };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (RfTestTransfer) transfer
          = rf_test_transfer_new (rf_test_script_get_uri (scripts[i]));

      transfer->limit = SMALL;
      transfer->wait = TRUE;
      rf_test_transfer_start (transfer, SIZE);
      rf_test_transfer_wait (transfer);
      rf_test_transfer_check (transfer, SMALL);
      rf_test_transfer_resume (transfer);
      g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_COMPLETE);
      rf_test_transfer_check (transfer, SIZE);
    }
}

static gboolean
break_chunks (const RfTestScriptRequest *request, gpointer text)
{
  rf_test_script_say_part (request, SIZE, "Transfer-Encoding: chunked\r\n");
  rf_test_script_say (request, text);
  return FALSE;
}

static void
test_broken_chunks (void)
{
  static const char *const texts[]
      = { "5\r\nhello\r\n", "5\r\nhel", "hello\r\n", "5\r\nhello!\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RfTestScript) script = rf_test_script_new (break_chunks, (gpointer)texts[i]);
      g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

      rf_test_transfer_start (transfer, SIZE);
      g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_TRANSIENT);
      g_assert_error (transfer->result.error, RF_ERROR, RF_ERROR_READ);
      g_assert_cmpuint (transfer->body->len, <=, 5);
    }
}

/* Each byte by itself. */
static gboolean
answer_slowly (const RfTestScriptRequest *request, gpointer unused)
{
  static const char head[]
      = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nETag: \"x\"\r\n\r\n"
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\n";

  for (const char *c = head; *c != '\0'; c++)
    {
      char text[] = { *c, '\0' };

      rf_test_script_say (request, text);
    }
  return rf_test_script_say_content (request, 0, 1);
}

static void
test_slow_head (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_slowly, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_get (transfer, 1, 1);
  rf_test_transfer_get (transfer, 1, 0);
}

static gboolean
answer_without_body (const RfTestScriptRequest *request, gpointer status)
{
  return rf_test_script_say_status (request, status, "");
}

static void
test_no_body (void)
{
  static const char *const statuses[]
      = { "200 OK", "204 No Content", "304 Not Modified", "404 Not Found" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (RfTestScript) script
          = rf_test_script_new (answer_without_body, (gpointer)statuses[i]);
      g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

      for (guint k = 0; k < 2; k++)
        {
          rf_test_transfer_start (transfer, SIZE);
          g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_COMPLETE);
          g_assert_cmpuint (transfer->status, ==, atoi (statuses[i]));
          g_assert_cmpuint (transfer->body->len, ==, 0);
          g_assert_cmpuint (transfer->result.connections, ==, k == 0 ? 1 : 0);
        }
    }
}

static gboolean
cut (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say_part (request, SIZE, "Content-Length: 1000000\r\n");
  rf_test_script_say_content (request, 0, SMALL);
  return FALSE;
}

/* What has come is committed. */
static void
test_cut (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (cut, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_start (transfer, SIZE);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_TRANSIENT);
  g_assert_error (transfer->result.error, RF_ERROR, RF_ERROR_READ);
  g_assert_nonnull (strstr (transfer->result.error->message, "960000 bytes remaining"));
  rf_test_transfer_check (transfer, SMALL);
}

static gboolean
say_garbage (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_say (request, "<html>");
  return FALSE;
}

static void
test_garbage (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (say_garbage, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_start (transfer, SMALL);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_PERMANENT);
  g_assert_error (transfer->result.error, RF_ERROR, RF_ERROR_PROTOCOL);
}

static gboolean
answer_strangely (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_answer_with (request, SIZE, "X-Folded: a\r\n b\r\n");
}

/* libcurl is asked, the first time after this transport, then at once. */
static void
test_strange (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_strangely, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_get (transfer, SMALL, 2);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 2);
  g_assert_cmpuint (transfer->num_left, ==, 1);
  rf_test_transfer_get (transfer, SMALL, 0);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 3);
  g_assert_cmpuint (transfer->num_left, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct/pieces", test_pieces);
  g_test_add_func ("/direct/until-end", test_until_end);
  g_test_add_func ("/direct/chunks", test_chunks);
  g_test_add_func ("/direct/pause", test_pause);
  g_test_add_func ("/direct/broken-chunks", test_broken_chunks);
  g_test_add_func ("/direct/slow-head", test_slow_head);
  g_test_add_func ("/direct/no-body", test_no_body);
  g_test_add_func ("/direct/cut", test_cut);
  g_test_add_func ("/direct/garbage", test_garbage);
  g_test_add_func ("/direct/strange", test_strange);
  return g_test_run ();
}
