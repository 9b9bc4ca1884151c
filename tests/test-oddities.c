/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table "Oddities, at any time" of docs/answers.md, as far as it is not in test-lies.c: fields that are
 * there twice, connections that end, and messages that do not. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#include <string.h>

#define SLOT_SIZE 65536
#define SIZE 655483 /* ten slots, and something */

/* What comes before the first answer that is odd later. */
#define BEFORE (2 * SLOT_SIZE)

/* How long a message may take to end that nobody wants any more, and what is long for a busy machine, but
 * not for one that waits for its timeouts. */
#define END_TIME (100 * G_TIME_SPAN_MILLISECOND)
#define AT_ONCE (2 * G_TIME_SPAN_SECOND)

static const RfTestSettings one_worker = { .workers = 1, .slots = 1, .slot_size = SLOT_SIZE };

static const RfTestOutcome taken = { RF_TEST_TAKEN (SIZE) };

/* Fields that are there twice. */

typedef struct
{
  const char *fields; /* beside those of the answer itself */
  RfTestOutcome first;
  RfTestOutcome later;
} Case;

#define TWICE "a header field twice, with different values"

#define IS_TAKEN                                                                                   \
  { RF_TEST_TAKEN (SIZE) }, { RF_TEST_TAKEN (SIZE) }
#define IS_REFUSED(words)                                                                          \
  { RF_TEST_REFUSED (0, PROTOCOL, words) }, { RF_TEST_REFUSED (BEFORE, PROTOCOL, words) }

static const Case cases[] = {
  { "Content-Range: bytes 0-65535/655484\r\n", IS_REFUSED (TWICE) },
  { "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n", IS_REFUSED (TWICE) },
  /* Left to libcurl to understand, which asks for the same again. */
  { "Content-Length: 10\r\n", IS_REFUSED (TWICE) },
  { "ETag: \"a\"\r\nETag: \"b\"\r\n", IS_REFUSED (TWICE) },
  { "ETag: \"a\"\r\nETag: W/\"a\"\r\n", IS_REFUSED (TWICE) },
  { "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
    "Last-Modified: Thu, 01 Jan 2026 00:00:01 GMT\r\n",
    IS_REFUSED (TWICE) },
  { "Ais-Version: 1\r\nAis-Version: 2\r\n", IS_REFUSED (TWICE) },
  { "Ais-Checksum-Value: 1\r\nAis-Checksum-Value: 2\r\n", IS_REFUSED (TWICE) },
  { "x-amz-version-id: 1\r\nx-amz-version-id: 2\r\n", IS_REFUSED (TWICE) },
  { "x-goog-generation: 1\r\nx-goog-generation: 2\r\n", IS_REFUSED (TWICE) },
  { "Content-Encoding: identity\r\n", IS_TAKEN },
  { "Content-Encoding: IDENTITY\r\nContent-Encoding: IDENTITY\r\n", IS_TAKEN },
  { "ETag: \"a\"\r\nETag: \"a\"\r\n", IS_TAKEN },
  { "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n", IS_TAKEN },
};

typedef struct
{
  const char *fields;
  guint64 from; /* only answers from there on have them */
} Script;

static gboolean
answer_with_fields (const RfTestScriptRequest *request, gpointer data)
{
  const Script *script = data;
  gboolean is_odd = request->start >= script->from;

  return rf_test_script_answer_with (request, SIZE, is_odd ? script->fields : "");
}

static void
check_fields (const char *fields, guint64 from, const RfTestOutcome *expected)
{
  Script data = { fields, from };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_with_fields, &data);

  rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, expected);
}

static void
test_fields (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].fields);
      check_fields (cases[i].fields, 0, &cases[i].first);
      check_fields (cases[i].fields, BEFORE, &cases[i].later);
    }
}

static gboolean
answer_once_with_two_lengths (const RfTestScriptRequest *request, gpointer data)
{
  gint *is_over = data;
  gboolean is_odd
      = request->start >= BEFORE && g_atomic_int_compare_and_exchange (is_over, FALSE, TRUE);

  return rf_test_script_answer_with (request, SIZE, is_odd ? "Content-Length: 10\r\n" : "");
}

/* It is left to libcurl to understand, which asks for the same again: so one that comes once does not count. */
static void
test_two_lengths_once (void)
{
  static const RfTestOutcome refused = { RF_TEST_REFUSED (BEFORE, PROTOCOL, TWICE) };
  gint is_over = FALSE;
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_once_with_two_lengths, &is_over);

  rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker,
                         rf_test_reader_uses_curl () ? &refused : &taken);
  g_assert_true (g_atomic_int_get (&is_over));
}

static gboolean
answer_two_ways (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_say_status (request, "302 Found", "Location: /a\r\nLocation: /b\r\n");
}

static void
test_two_locations (void)
{
  static const RfTestOutcome refused = { RF_TEST_REFUSED (0, PROTOCOL, TWICE) };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_two_ways, NULL);

  rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, &refused);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, 1);
}

/* Heads that are large, but not too large. */
static void
test_large_heads (void)
{
  g_autofree char *value = g_strnfill (90 * 1024, 'x');
  g_autofree char *one = g_strconcat ("X-Large: ", value, "\r\n", NULL);
  g_autoptr (GString) many = g_string_new (NULL);

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "X-%04u: %.*s\r\n", i, 100, value);
  check_fields (one, 0, &taken);
  check_fields (one, BEFORE, &taken);
  check_fields (many->str, 0, &taken);
}

static gboolean
answer_after_others (const RfTestScriptRequest *request, gpointer unused)
{
  for (guint i = 0; i < 20; i++)
    rf_test_script_say (request, "HTTP/1.1 103 Early Hints\r\nETag: \"no\"\r\n"
                                 "Content-Length: 7\r\nContent-Encoding: gzip\r\n\r\n"
                                 "HTTP/1.1 102 Processing\r\n\r\n");
  return rf_test_script_answer_with (request, SIZE, "ETag: \"yes\"\r\n");
}

/* Nothing that they say is held for the answer's. */
static void
test_many_interim_answers (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_after_others, NULL);

  rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, &taken);
}

/* Connections that are closed between answers. */

/* Serves one answer on each connection, and closes it when the next request has come. */
static gboolean
answer_once (const RfTestScriptRequest *request, gpointer unused)
{
  return request->place == 0 && rf_test_script_answer (request, SIZE);
}

/* It is no failure. */
static void
check_is_no_retry (RfReader *reader)
{
  g_autoptr (RfStats) stats = rf_reader_get_stats (reader);

  g_assert_cmpuint (stats->retries, ==, 0);
  g_assert_cmpuint (stats->stalls, ==, 0);
}

static void
test_closed_when_asked (void)
{
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_once, NULL);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_script_get_uri (script), &one_worker);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  check_is_no_retry (reader);
}

static void
test_closed_while_idle (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
  g_autoptr (RfReader) reader = rf_test_reader_new_hasty (
      rf_test_server_get_uri (server),
      &(RfTestSettings){ .workers = 4, .slots = 8, .slot_size = SLOT_SIZE });
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, &error));
      g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
      g_assert_no_error (error);
      rf_test_server_close_connections (server);
    }
  check_is_no_retry (reader);
}

/* Messages that do not end. */

typedef struct
{
  const char *head; /* of an answer whose body never comes; NULL: all comes but the end */
  RfTestOutcome outcome;
} Endless;

typedef struct
{
  const Endless *it;
  GMutex lock;
  GCond cond;
  guint num_endless;
  gint64 shortest; /* how long the client has waited for an end */
  gint64 longest;
} EndlessScript;

static void
wait_for_hang_up (const RfTestScriptRequest *request, EndlessScript *script, gint64 began)
{
  gint64 waited;

  rf_test_script_hang (request);
  waited = g_get_monotonic_time () - began;
  g_mutex_lock (&script->lock);
  script->num_endless++;
  script->shortest = MIN (script->shortest, waited);
  script->longest = MAX (script->longest, waited);
  g_cond_broadcast (&script->cond);
  g_mutex_unlock (&script->lock);
}

static void
say_part_without_end (const RfTestScriptRequest *request)
{
  guint64 end = MIN (request->end, SIZE);
  g_autofree char *chunk = g_strdup_printf ("%" G_GINT64_MODIFIER "x\r\n", end - request->start);

  rf_test_script_say_part (request, SIZE, "Transfer-Encoding: chunked\r\n");
  rf_test_script_say (request, chunk);
  rf_test_script_say_content (request, request->start, end);
}

/* A client that has all it wants does not wait for the end of anything. */
static void
wait_for_others (EndlessScript *script)
{
  g_mutex_lock (&script->lock);
  while (script->num_endless == 0)
    g_cond_wait (&script->cond, &script->lock);
  g_mutex_unlock (&script->lock);
}

static gboolean
answer_without_end (const RfTestScriptRequest *request, gpointer data)
{
  EndlessScript *script = data;
  gint64 began = g_get_monotonic_time ();
  g_autofree char *whole = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", SIZE);

  if (request->number > 0)
    wait_for_others (script);
  else if (script->it->head == NULL)
    say_part_without_end (request);
  else
    rf_test_script_say (request, script->it->head);

  if (request->number == 0)
    wait_for_hang_up (request, script, began);
  else if (request->end != G_MAXUINT64)
    return rf_test_script_answer (request, SIZE);
  else
    return rf_test_script_say (request, whole) && rf_test_script_say_content (request, 0, SIZE);
  return FALSE;
}

static const Endless endless[] = {
  { NULL, { RF_TEST_TAKEN (SIZE) } },
  { "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\n", { RF_TEST_TAKEN (SIZE) } },
  { "HTTP/1.1 302 Found\r\nLocation: /moved\r\nContent-Length: 100\r\n\r\n",
    { RF_TEST_TAKEN (SIZE) } },
  { "HTTP/1.1 406 Not Acceptable\r\nContent-Length: 100\r\n\r\n", { RF_TEST_PLAIN (SIZE) } },
  { "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n",
    { RF_TEST_REFUSED (0, NOT_FOUND, "404 Not Found") } },
};

static void
test_without_end (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (endless); i++)
    {
      EndlessScript data = { .it = &endless[i], .shortest = G_MAXINT64 };
      RfTestScript *script = rf_test_script_new (answer_without_end, &data);

      rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, &endless[i].outcome);
      rf_test_script_free (script);
      g_assert_cmpuint (data.num_endless, >, 0);
      g_assert_cmpint (data.shortest, >=, END_TIME);
      g_assert_cmpint (data.longest, <, AT_ONCE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oddities/fields", test_fields);
  g_test_add_func ("/oddities/two-lengths-once", test_two_lengths_once);
  g_test_add_func ("/oddities/two-locations", test_two_locations);
  g_test_add_func ("/oddities/large-heads", test_large_heads);
  g_test_add_func ("/oddities/many-interim-answers", test_many_interim_answers);
  g_test_add_func ("/oddities/closed-when-asked", test_closed_when_asked);
  g_test_add_func ("/oddities/closed-while-idle", test_closed_while_idle);
  g_test_add_func ("/oddities/without-end", test_without_end);
  return g_test_run ();
}
