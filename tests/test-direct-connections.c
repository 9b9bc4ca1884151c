/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transport that reads connections itself: which connections it uses again, and what becomes of requests
 * that end before their answers do. */

#include "rf-error.h"
#include "rf-test-script.h"
#include "rf-test-transfer.h"

#define SIZE RF_TEST_TRANSFER_SIZE
#define SMALL RF_TEST_TRANSFER_SMALL

static void
test_reuse (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (rf_test_transfer_answer, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_get (transfer, SIZE, 1);
  rf_test_transfer_get (transfer, 1, 0);
  rf_test_transfer_get (transfer, SIZE, 0);
  transfer->request.is_fresh = TRUE;
  rf_test_transfer_get (transfer, SIZE, 1);
  transfer->request.is_fresh = FALSE;
  rf_test_transfer_get (transfer, SIZE, 0);
}

static gboolean
answer_close (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_answer_with (request, SIZE, "Connection: close\r\n");
}

static void
test_connection_close (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_close, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_get (transfer, SMALL, 1);
  rf_test_transfer_get (transfer, SMALL, 1);
}

/* Answers the first request, does something else with the second, and answers the rest. */
typedef struct
{
  const char *instead; /* NULL: closes the connection */
} Second;

static gboolean
answer_but_second (const RfTestScriptRequest *request, gpointer data)
{
  const Second *second = data;

  if (request->number != 1)
    return rf_test_script_answer (request, SIZE);
  if (second->instead != NULL)
    rf_test_script_say (request, second->instead);
  return FALSE;
}

/* The connection was closed before the request came: nobody has to know. */
static void
test_dead_connection (void)
{
  Second second = { NULL };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_but_second, &second);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_get (transfer, SMALL, 1);
  rf_test_transfer_get (transfer, SMALL, 1);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 3);
}

static void
test_stale_connection (void)
{
  Second second = { "the rest of something else" };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_but_second, &second);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_get (transfer, SMALL, 1);
  rf_test_transfer_start (transfer, SMALL);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_STALE);
  g_assert_no_error (transfer->result.error);
  g_assert_cmpuint (transfer->status, ==, 0);
}

static gboolean
answer_with_garbage (const RfTestScriptRequest *request, gpointer unused)
{
  rf_test_script_answer (request, SIZE);
  return rf_test_script_say (request, "HTTP/1.1 206 Partial Content\r\nContent-Length: 0\r\n\r\n");
}

/* What comes behind an answer is not the next one. */
static void
test_garbage_behind (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_garbage, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  for (guint i = 0; i < 3; i++)
    {
      rf_test_transfer_start (transfer, i % 2 == 0 ? 1 : SMALL);
      g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_COMPLETE);
    }
}

static gboolean
answer_and_tell (const RfTestScriptRequest *request, gpointer num_sent)
{
  gboolean open = rf_test_script_answer (request, SIZE);

  g_atomic_int_inc ((gint *)num_sent);
  return open;
}

/* Has a request wait after its first bytes. */
static void
get_first (RfTestTransfer *transfer, guint64 end)
{
  transfer->limit = 10;
  transfer->wait = TRUE;
  rf_test_transfer_start (transfer, end);
  rf_test_transfer_wait (transfer);
  rf_test_transfer_check (transfer, 10);
}

static void
cancel (RfTestTransfer *transfer)
{
  rf_test_transfer_cancel (transfer);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_CANCELLED);
}

static void
wait_until_sent (gint *num_sent)
{
  while (g_atomic_int_get (num_sent) == 0)
    g_thread_yield ();
}

/* Another request, of which all comes, over so many new connections. */
static void
get_next (RfTestTransfer *transfer, guint64 end, guint connections)
{
  transfer->limit = SIZE;
  rf_test_transfer_get (transfer, end, connections);
}

/* What is left is little: it is read, and the connection serves again. */
static void
test_cancel_near_end (void)
{
  gint num_sent = 0;
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_and_tell, &num_sent);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  get_first (transfer, SMALL);
  wait_until_sent (&num_sent);
  cancel (transfer);
  g_assert_true (transfer->result.was_sent);
  g_assert_cmpuint (transfer->result.unread, ==, SMALL - 10);
  g_assert_cmpuint (transfer->result.connections, ==, 1);
  rf_test_transfer_check (transfer, 10);
  get_next (transfer, SMALL, 0);
}

static void
test_cancel_dead (void)
{
  gint num_sent = 0;
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_and_tell, &num_sent);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  get_first (transfer, SMALL);
  wait_until_sent (&num_sent);
  transfer->is_dead = TRUE;
  cancel (transfer);
  get_next (transfer, SMALL, 1);
}

/* The first answer stops short. */
typedef struct
{
  const char *field;
  guint64 sent;
} Beginning;

static gboolean
say_beginning (const RfTestScriptRequest *request, gpointer data)
{
  const Beginning *beginning = data;

  if (request->number > 0)
    return rf_test_script_answer (request, SIZE);
  rf_test_script_say_part (request, SIZE, beginning->field);
  rf_test_script_say_content (request, 0, beginning->sent);
  return rf_test_script_hang (request);
}

/* Much is left, and it does not even come. */
static void
test_cancel_early (void)
{
  Beginning beginning = { "Content-Length: 1000000\r\n", 100 };
  g_autoptr (RfTestScript) script = rf_test_script_new (say_beginning, &beginning);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  get_first (transfer, SIZE);
  cancel (transfer);
  g_assert_cmpuint (transfer->result.unread, <=, 90);
  get_next (transfer, SMALL, 1);
}

/* A rest that does not come holds nothing up. */
static void
test_rest_does_not_come (void)
{
  Beginning beginning = { "Content-Length: 1000\r\n", 999 };
  g_autoptr (RfTestScript) script = rf_test_script_new (say_beginning, &beginning);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  get_first (transfer, 1000);
  cancel (transfer);
  get_next (transfer, SMALL, 1);
}

static gboolean
say_nothing (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_hang (request);
}

static void
test_cancel_before_answer (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (say_nothing, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_transfer_start (transfer, SIZE);
  while (rf_test_script_get_num_requests (script) == 0)
    g_thread_yield ();
  cancel (transfer);
  g_assert_true (transfer->result.was_sent);
  g_assert_cmpuint (transfer->result.unread, ==, 0);
}

/* The sink wants no more, or nothing. */
static void
test_verdicts (void)
{
  static const struct
  {
    RfBodyVerdict verdict;
    gsize limit;
    guint64 end;
    RfOutcome outcome;
    guint next; /* connections for the next request */
  } cases[] = {
    { RF_BODY_ACCEPT, 10, SIZE, RF_OUTCOME_CANCELLED, 1 },
    { RF_BODY_DRAIN, SIZE, SMALL, RF_OUTCOME_COMPLETE, 0 },
    { RF_BODY_DRAIN, SIZE, SIZE, RF_OUTCOME_COMPLETE, 1 },
    { RF_BODY_ABORT, SIZE, SIZE, RF_OUTCOME_CANCELLED, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RfTestScript) script = rf_test_script_new (rf_test_transfer_answer, NULL);
      g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

      transfer->verdict = cases[i].verdict;
      transfer->limit = cases[i].limit;
      rf_test_transfer_start (transfer, cases[i].end);
      g_assert_cmpint (rf_test_transfer_finish (transfer), ==, cases[i].outcome);
      g_assert_cmpuint (transfer->body->len, ==, cases[i].limit == SIZE ? 0 : cases[i].limit);
      transfer->verdict = RF_BODY_ACCEPT;
      get_next (transfer, 1, cases[i].next);
    }
}

static void
test_refused (void)
{
  RfTestScript *script = rf_test_script_new (rf_test_transfer_answer, NULL);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  rf_test_script_free (script);
  rf_test_transfer_start (transfer, SIZE);
  g_assert_cmpint (rf_test_transfer_finish (transfer), ==, RF_OUTCOME_TRANSIENT);
  g_assert_error (transfer->result.error, RF_ERROR, RF_ERROR_CONNECT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct-connections/reuse", test_reuse);
  g_test_add_func ("/direct-connections/connection-close", test_connection_close);
  g_test_add_func ("/direct-connections/dead-connection", test_dead_connection);
  g_test_add_func ("/direct-connections/stale-connection", test_stale_connection);
  g_test_add_func ("/direct-connections/garbage-behind", test_garbage_behind);
  g_test_add_func ("/direct-connections/cancel-near-end", test_cancel_near_end);
  g_test_add_func ("/direct-connections/cancel-dead", test_cancel_dead);
  g_test_add_func ("/direct-connections/cancel-early", test_cancel_early);
  g_test_add_func ("/direct-connections/rest-does-not-come", test_rest_does_not_come);
  g_test_add_func ("/direct-connections/cancel-before-answer", test_cancel_before_answer);
  g_test_add_func ("/direct-connections/verdicts", test_verdicts);
  g_test_add_func ("/direct-connections/refused", test_refused);
  return g_test_run ();
}
