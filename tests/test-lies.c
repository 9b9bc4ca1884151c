/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/answers.md says of everything that the test server can say wrong: what becomes of the stream
 * when the first request is lied to and all others, and when one in three is. Answers that it cannot give
 * are in test-answers.c and test-oddities.c. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

#define SLOT_SIZE 65536
#define SIZE 655483 /* ten slots, and something */
#define NUM_PARTS 11

/* The third request is the first that is lied to later. What came before it are two parts, if one worker
 * alone asks for them. */
#define LATER 3
#define BEFORE (2 * SLOT_SIZE)

/* How the columns of the tables speak. */
#define TAKEN RF_TEST_TAKEN (SIZE)
#define PLAIN RF_TEST_PLAIN (SIZE)
#define REFUSED(code, words) RF_TEST_REFUSED (0, code, words)
#define REFUSED_LATER(code, words) RF_TEST_REFUSED (BEFORE, code, words)

#define ANOTHER_LENGTH "a body of another length than its Content-Range"
#define CONTRADICTION "contradicts itself about the size"
#define MORE_BYTES "more bytes than it had announced"
#define ENCODED "an encoded body although only the plain one is accepted"
#define TOO_LARGE "is larger than 128 KiB"

/* A request begins when the one before has ended, and so on its connection. */
static const RfTestSettings one_worker = { .workers = 1, .slots = 1, .slot_size = SLOT_SIZE };

static const RfTestSettings four_workers = { .workers = 4, .slots = 8, .slot_size = SLOT_SIZE };

typedef struct
{
  RfTestServerLie lie;
  const char *name;
  RfTestOutcome first;
  RfTestOutcome later;
} Case;

static const Case cases[] = {
  { RF_TEST_SERVER_HONEST, "honest", { TAKEN }, { TAKEN } },

  /* Answers. */
  { RF_TEST_SERVER_CHUNKED_PART, "chunked-part", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_HTTP_1_0, "http-1.0", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_DENIES_RANGES, "denies-ranges", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_WHOLE,
    "whole",
    { PLAIN },
    { REFUSED_LATER (PROTOCOL, "the whole resource where it had sent ranges") } },
  { RF_TEST_SERVER_NO_CONTENT_RANGE,
    "no-content-range",
    { PLAIN },
    { REFUSED_LATER (PROTOCOL, "without saying which") } },
  { RF_TEST_SERVER_BAD_RANGE,
    "bad-range",
    { PLAIN },
    { REFUSED_LATER (PROTOCOL, "malformed Content-Range") } },
  { RF_TEST_SERVER_NEGATIVE_RANGE,
    "negative-range",
    { PLAIN },
    { REFUSED_LATER (PROTOCOL, "malformed Content-Range") } },
  { RF_TEST_SERVER_OVERFLOWING_RANGE,
    "overflowing-range",
    { PLAIN },
    { REFUSED_LATER (PROTOCOL, "malformed Content-Range") } },
  /* The plain answer is as long as its Content-Length says, and not as the Content-Range did. */
  { RF_TEST_SERVER_LONG_LENGTH,
    "long-length",
    { REFUSED (PROTOCOL, CONTRADICTION) },
    { REFUSED_LATER (PROTOCOL, ANOTHER_LENGTH) } },
  { RF_TEST_SERVER_SHORT_LENGTH,
    "short-length",
    { REFUSED (PROTOCOL, CONTRADICTION) },
    { REFUSED_LATER (PROTOCOL, ANOTHER_LENGTH) } },
  { RF_TEST_SERVER_MULTIPART,
    "multipart",
    { PLAIN },
    { REFUSED_LATER (PROTOCOL, "multipart/byteranges") } },
  { RF_TEST_SERVER_WRONG_START,
    "wrong-start",
    { REFUSED (PROTOCOL, "another range (\"bytes 1-65536/655483\") than the one asked for") },
    { REFUSED_LATER (PROTOCOL, "another range (\"bytes ") } },
  { RF_TEST_SERVER_WRONG_END,
    "wrong-end",
    { REFUSED (PROTOCOL, "another range (\"bytes 0-65536/655483\") than the one asked for") },
    { REFUSED_LATER (PROTOCOL, "another range (\"bytes ") } },
  { RF_TEST_SERVER_UNASKED_PART, "unasked-part", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_NOT_ACCEPTABLE,
    "not-acceptable",
    { PLAIN },
    { REFUSED_LATER (STATUS, "406 Not Acceptable") } },
  { RF_TEST_SERVER_UNSATISFIABLE,
    "unsatisfiable",
    { PLAIN },
    { REFUSED_LATER (STATUS, "416 Range Not Satisfiable") } },
  /* A byte too many is asked for when all others have come. */
  { RF_TEST_SERVER_WRONG_TOTAL,
    "wrong-total",
    { RF_TEST_REFUSED (SIZE, CHANGED, "start again") },
    { REFUSED_LATER (CHANGED, "start again") } },

  /* Oddities. */
  { RF_TEST_SERVER_LONG_CHUNKED,
    "long-chunked",
    { RF_TEST_REFUSED (SLOT_SIZE, PROTOCOL, MORE_BYTES) },
    { RF_TEST_REFUSED (BEFORE + SLOT_SIZE, PROTOCOL, MORE_BYTES) } },
  { RF_TEST_SERVER_EXCESS, "excess", { TAKEN }, { TAKEN } },
  /* Half of one byte is none. */
  { RF_TEST_SERVER_SHORT_CHUNKED,
    "short-chunked",
    { RF_TEST_REFUSED (SLOT_SIZE - 1, PROTOCOL, "fewer bytes than it had announced") },
    { TAKEN } },
  { RF_TEST_SERVER_GZIP,
    "gzip",
    { REFUSED (PROTOCOL, ENCODED) },
    { REFUSED_LATER (PROTOCOL, ENCODED) } },
  { RF_TEST_SERVER_CONTINUE, "continue", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_EARLY_HINTS, "early-hints", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_FOLDED_FIELD, "folded-field", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_BARE_LF, "bare-lf", { TAKEN }, { TAKEN } },
  { RF_TEST_SERVER_SILENT_CLOSE, "silent-close", { TAKEN }, { TAKEN } },
};

/* What is left to libcurl to understand: it asks for the same again, and for all that comes after it. So the
 * first of several odd answers does not count. */
static const Case strange[] = {
  { RF_TEST_SERVER_OVERFLOWING_LENGTH,
    "overflowing-length",
    { REFUSED (PROTOCOL, "Content-Length") },
    { REFUSED_LATER (PROTOCOL, "Content-Length") } },
  { RF_TEST_SERVER_BAD_LENGTH,
    "bad-length",
    { REFUSED (PROTOCOL, "Content-Length") },
    { REFUSED_LATER (PROTOCOL, "Content-Length") } },
  { RF_TEST_SERVER_HUGE_FIELD,
    "huge-field",
    { REFUSED (PROTOCOL, "has a line that is too long") },
    { REFUSED_LATER (PROTOCOL, "has a line that is too long") } },
  { RF_TEST_SERVER_MANY_FIELDS,
    "many-fields",
    { REFUSED (PROTOCOL, TOO_LARGE) },
    { REFUSED_LATER (PROTOCOL, TOO_LARGE) } },
  { RF_TEST_SERVER_ENDLESS_HEAD,
    "endless-head",
    { REFUSED (PROTOCOL, TOO_LARGE) },
    { REFUSED_LATER (PROTOCOL, TOO_LARGE) } },
};

/* What libcurl does not read at all. On a connection that was used before it may be the rest of the answer
 * before, so the same is asked for again on a new one. */
static const Case unreadable[] = {
  { RF_TEST_SERVER_NEGATIVE_LENGTH,
    "negative-length",
    { REFUSED (PROTOCOL, "Content-Length") },
    { RF_TEST_REFUSED (SLOT_SIZE, PROTOCOL, "Content-Length") } },
  { RF_TEST_SERVER_NUL_BYTE,
    "nul-byte",
    { REFUSED (PROTOCOL, "Nul byte in header") },
    { RF_TEST_REFUSED (SLOT_SIZE, PROTOCOL, "Nul byte in header") } },
  { RF_TEST_SERVER_HTTP_0_9,
    "http-0.9",
    { REFUSED (PROTOCOL, "HTTP/0.9") },
    { RF_TEST_REFUSED (SLOT_SIZE, PROTOCOL, "HTTP/0.9") } },
};

static void
check_lie (const Case *it, guint every)
{
  const RfTestServerConfig config
      = { .size = SIZE, .version = 1, .lie = it->lie, .lie_every = every };
  const RfTestOutcome *expected = every == 0 ? &it->first : &it->later;
  g_autoptr (RfTestServer) one = rf_test_server_new (&config);
  g_autoptr (RfTestServer) four = rf_test_server_new (&config);

  rf_test_reader_expect (rf_test_server_get_uri (one), &one_worker, expected);
  rf_test_reader_expect (rf_test_server_get_uri (four), &four_workers, expected);
}

static void
test_first (gconstpointer data)
{
  check_lie (data, 0);
}

static void
test_later (gconstpointer data)
{
  check_lie (data, LATER);
}

static void
test_strange_later (gconstpointer data)
{
  Case it = *(const Case *)data;

  if (!rf_test_reader_uses_curl ())
    it.later.end += BEFORE;
  check_lie (&it, LATER);
}

/* Told on the new connection too. */
static void
check_lie_for_good (const Case *it)
{
  RfTestServerConfig config = { .size = SIZE, .version = 1 };
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_server_get_uri (server), &one_worker);
  g_autoptr (GError) error = NULL;
  RfTestServerCounts counts;

  g_assert_true (rf_reader_open (reader, NULL, NULL));
  config.lie = it->lie;
  rf_test_server_set_config (server, &config);
  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, it->later.end);
  rf_test_reader_expect_error (error, it->later.code, it->later.words);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.requests, ==, 3);
  g_assert_cmpuint (counts.connections, ==, 2);
}

static void
test_unreadable_later (gconstpointer data)
{
  static const RfTestOutcome taken = { TAKEN };
  const Case *it = data;
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = SIZE, .version = 1, .lie = it->lie, .lie_every = LATER });

  rf_test_reader_expect (rf_test_server_get_uri (server), &one_worker, &taken);
  check_lie_for_good (it);
}

/* Nobody could tell the bytes behind an answer from the next one. */
static void
test_no_connection_serves_twice (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = SIZE, .version = 1, .lie = RF_TEST_SERVER_EXCESS });
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_server_get_uri (server), &one_worker);
  RfTestServerCounts counts;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, NULL), ==, SIZE);
  rf_test_server_get_counts (server, &counts);
  g_assert_cmpuint (counts.connections, ==, NUM_PARTS);
}

static void
add_tests (const Case *it, GTestDataFunc first_func, GTestDataFunc later_func)
{
  g_autofree char *first = g_strconcat ("/lies/first/", it->name, NULL);
  g_autofree char *later = g_strconcat ("/lies/later/", it->name, NULL);

  g_test_add_data_func (first, it, first_func);
  g_test_add_data_func (later, it, later_func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    add_tests (&cases[i], test_first, test_later);
  for (guint i = 0; i < G_N_ELEMENTS (strange); i++)
    add_tests (&strange[i], test_first, test_strange_later);
  for (guint i = 0; i < G_N_ELEMENTS (unreadable); i++)
    add_tests (&unreadable[i], test_first, test_unreadable_later);
  g_test_add_func ("/lies/no-connection-serves-twice", test_no_connection_serves_twice);
  return g_test_run ();
}
