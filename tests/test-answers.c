/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table "Answers" of docs/answers.md: what becomes of a stream when the first request gets such an
 * answer, and when a later one does. Its other rows are in test-lies.c; of redirections there is more in
 * test-redirect.c, of versions in test-versions.c, and of refusals in test-credentials.c. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#include <string.h>

#define SLOT_SIZE 65536
#define SIZE 655483 /* ten slots, and something */

/* The third request is the first that a "later" answer is for. What came before it are two parts, if one
 * worker alone asks for them. */
#define LATER 3
#define BEFORE (2 * SLOT_SIZE)

static const RfTestSettings one_worker = { .workers = 1, .slots = 1, .slot_size = SLOT_SIZE };
static const RfTestSettings four_workers = { .workers = 4, .slots = 8, .slot_size = SLOT_SIZE };

/* How the columns of the table speak. */
#define TAKEN RF_TEST_TAKEN (SIZE)
#define PLAIN RF_TEST_PLAIN (SIZE)
#define REFUSED(code, words) RF_TEST_REFUSED (0, code, words)
#define REFUSED_LATER(code, words) RF_TEST_REFUSED (BEFORE, code, words)

typedef struct
{
  RfTestScriptFunc answer;
  const char *name;
  RfTestOutcome first;
  RfTestOutcome later;
} ScriptCase;

typedef struct
{
  const ScriptCase *it;
  guint every; /* only each n-th request gets this answer */
} Script;

static gboolean
say_whole (const RfTestScriptRequest *request)
{
  rf_test_script_say (request, "HTTP/1.1 200 OK\r\nContent-Length: " G_STRINGIFY (SIZE) "\r\n\r\n");
  return rf_test_script_say_content (request, 0, SIZE);
}

static gboolean
is_ranged (const RfTestScriptRequest *request)
{
  return request->end != G_MAXUINT64;
}

static gboolean
answer_honestly (const RfTestScriptRequest *request)
{
  return is_ranged (request) ? rf_test_script_answer (request, SIZE) : say_whole (request);
}

static gboolean
answer_script (const RfTestScriptRequest *request, gpointer data)
{
  const Script *script = data;

  if ((request->number + 1) % script->every == 0)
    return script->it->answer (request, NULL);
  return answer_honestly (request);
}

/* The range that was asked for, with these texts before and behind it. */
static gboolean
say_range (const RfTestScriptRequest *request, const char *before, const char *behind)
{
  guint64 end = MIN (request->end, SIZE);
  g_autofree char *head = NULL;

  if (!is_ranged (request))
    return say_whole (request);
  head = g_strdup_printf ("%sContent-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%s"
                          "\r\nContent-Length: %" G_GUINT64_FORMAT "\r\n\r\n",
                          before, request->start, end - 1, behind, end - request->start);
  rf_test_script_say (request, head);
  return rf_test_script_say_content (request, request->start, end);
}

static gboolean
answer_part_as_whole (const RfTestScriptRequest *request, gpointer unused)
{
  return say_range (request, "HTTP/1.1 200 OK\r\n", G_STRINGIFY (SIZE));
}

static gboolean
answer_without_size (const RfTestScriptRequest *request, gpointer unused)
{
  return say_range (request, "HTTP/1.1 206 Partial Content\r\n", "*");
}

/* Its size is that of the object all the same. */
static gboolean
answer_other_part_as_whole (const RfTestScriptRequest *request, gpointer unused)
{
  RfTestScriptRequest other = *request;

  other.start += 1;
  return say_range (&other, "HTTP/1.1 200 OK\r\n", G_STRINGIFY (SIZE));
}

/* Half of it, down to some size. */
static gboolean
answer_less (const RfTestScriptRequest *request, gpointer unused)
{
  RfTestScriptRequest less = *request;

  if (request->end - request->start > SLOT_SIZE / 4)
    less.end -= (request->end - request->start) / 2;
  return rf_test_script_answer (&less, SIZE);
}

/* Right but for its Content-Length, which the plain answer has right. */
static gboolean
answer_wrong_length (const RfTestScriptRequest *request, gpointer unused)
{
  if (!is_ranged (request))
    return say_whole (request);
  rf_test_script_say_part (request, SIZE, "Content-Length: 10\r\n");
  return rf_test_script_say_content (request, request->start, request->start + 10);
}

static gboolean
answer_416_without_size (const RfTestScriptRequest *request, gpointer unused)
{
  return is_ranged (request) ? rf_test_script_say_status (request, "416 Range Not Satisfiable", "")
                             : say_whole (request);
}

static gboolean
answer_416_of_nothing (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_say_status (request, "416 Range Not Satisfiable",
                                    "Content-Range: bytes */0\r\n");
}

/* A server that does not know ranges, and then sends one. */
static gboolean
answer_unasked_part (const RfTestScriptRequest *request, gpointer unused)
{
  return is_ranged (request) ? rf_test_script_say_status (request, "406 Not Acceptable", "")
                             : rf_test_script_answer (request, SIZE);
}

static gboolean
answer_412 (const RfTestScriptRequest *request, gpointer unused)
{
  return rf_test_script_say_status (request, "412 Precondition Failed", "");
}

static gboolean
answer_redirection (const RfTestScriptRequest *request, gpointer unused)
{
  return g_str_has_prefix (request->head, "GET /moved ")
             ? answer_honestly (request)
             : rf_test_script_redirect (request, 302, "/moved");
}

static const ScriptCase scripts[] = {
  { answer_part_as_whole, "part-as-whole", { TAKEN }, { TAKEN } },
  { answer_other_part_as_whole,
    "other-part-as-whole",
    { REFUSED (PROTOCOL, "another range") },
    { REFUSED_LATER (PROTOCOL, "another range") } },
  { answer_less, "less", { TAKEN }, { TAKEN } },
  { answer_without_size, "without-size", { PLAIN }, { TAKEN } },
  { answer_wrong_length,
    "wrong-length",
    { PLAIN },
    { REFUSED_LATER (PROTOCOL, "another length than its Content-Range") } },
  { answer_416_without_size,
    "416-without-size",
    { PLAIN },
    { REFUSED_LATER (STATUS, "416 Range Not Satisfiable") } },
  { answer_416_of_nothing,
    "416-of-nothing",
    { .end = 0, .seekable = TRUE },
    { REFUSED_LATER (CHANGED, "start again") } },
  { answer_unasked_part,
    "unasked-part",
    { REFUSED (PROTOCOL, "a part (206) where all of it was asked for") },
    { REFUSED_LATER (STATUS, "406 Not Acceptable") } },
  /* Nothing has an ETag here: we have not asked for a version. */
  { answer_412,
    "412-unasked",
    { REFUSED (STATUS, "412 Precondition Failed") },
    { REFUSED_LATER (STATUS, "412 Precondition Failed") } },
  { answer_redirection, "redirection", { TAKEN }, { TAKEN } },
};

static void
check_script (const ScriptCase *it, guint every)
{
  Script data = { it, every };
  const RfTestOutcome *expected = every == 1 ? &it->first : &it->later;
  g_autoptr (RfTestScript) one = rf_test_script_new (answer_script, &data);
  g_autoptr (RfTestScript) four = rf_test_script_new (answer_script, &data);

  rf_test_reader_expect (rf_test_script_get_uri (one), &one_worker, expected);
  rf_test_reader_expect (rf_test_script_get_uri (four), &four_workers, expected);
}

static void
test_first (gconstpointer data)
{
  check_script (data, 1);
}

static void
test_later (gconstpointer data)
{
  check_script (data, LATER);
}

/* Statuses: the errors, and what is asked again. */

typedef struct
{
  guint status;
  RfError code;
  const char *usual; /* words for it */
} StatusCase;

static const StatusCase errors[] = {
  { 401, RF_ERROR_NOT_AUTHORIZED, "Unauthorized" },
  { 402, RF_ERROR_NOT_AUTHORIZED, "Payment Required" },
  { 403, RF_ERROR_NOT_AUTHORIZED, "Forbidden" },
  { 407, RF_ERROR_NOT_AUTHORIZED, "Proxy Authentication Required" },
  { 404, RF_ERROR_NOT_FOUND, "Not Found" },
  { 410, RF_ERROR_NOT_FOUND, "Gone" },
  { 201, RF_ERROR_STATUS, "Created" },
  { 204, RF_ERROR_STATUS, "No Content" },
  { 300, RF_ERROR_STATUS, "Multiple Choices" },
  { 302, RF_ERROR_STATUS, "Found" },
  { 304, RF_ERROR_STATUS, "Not Modified" },
  { 400, RF_ERROR_STATUS, "Bad Request" },
  { 405, RF_ERROR_STATUS, "Method Not Allowed" },
  { 418, RF_ERROR_STATUS, "Unknown Status" },
  { 451, RF_ERROR_STATUS, "Unavailable For Legal Reasons" },
  { 501, RF_ERROR_STATUS, "Not Implemented" },
  { 505, RF_ERROR_STATUS, "HTTP Version Not Supported" },
  { 599, RF_ERROR_STATUS, "Unknown Status" },
};

typedef struct
{
  guint status;
  guint every;
  const char *words; /* behind the status; may be empty */
} StatusScript;

static gboolean
answer_status (const RfTestScriptRequest *request, gpointer data)
{
  const StatusScript *script = data;
  g_autofree char *line = g_strdup_printf ("%u %s", script->status, script->words);

  if ((request->number + 1) % script->every == 0)
    return rf_test_script_say_status (request, line, "");
  return answer_honestly (request);
}

/* The error is that, told with these words, and nothing is asked again. */
static void
check_status (const StatusCase *it, guint every, const char *words)
{
  StatusScript data = { it->status, every, words };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_status, &data);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_script_get_uri (script), &one_worker);
  g_autofree char *expected
      = g_strdup_printf ("The server answered %u %s", it->status, *words ? words : it->usual);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, every == 1 ? 0 : BEFORE);
  rf_test_reader_expect_error (error, it->code, expected);
  g_assert_true (g_str_has_suffix (error->message, expected));
  g_assert_cmpuint (rf_reader_get_error_status (reader), ==, it->status);
  g_assert_cmpuint (rf_test_script_get_num_requests (script), ==, every);
}

static void
test_status (gconstpointer data)
{
  check_status (data, 1, "In Other Words");
  check_status (data, 1, "");
  check_status (data, LATER, "In Other Words");
}

static void
test_asked_again (void)
{
  static const RfTestOutcome taken = { TAKEN };
  static const guint statuses[] = { 408, 429, 500, 502, 503, 504 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      RfTestServerConfig config = {
        .size = SIZE, .version = 1, .fail_first = 3, .fail_every = 3, .fail_status = statuses[i]
      };
      g_autoptr (RfTestServer) server = rf_test_server_new (&config);

      rf_test_reader_expect (rf_test_server_get_uri (server), &one_worker, &taken);
      rf_test_reader_expect (rf_test_server_get_uri (server), &four_workers, &taken);
    }
}

/* First requests that are not for the beginning. */

/* Reads from an offset, and returns the end. */
static guint64
read_from (const char *uri, guint64 start, gboolean *seekable, GError **error)
{
  g_autoptr (RfReader) reader = rf_test_reader_new_hasty (uri, &one_worker);
  guint64 end;

  g_assert_true (rf_reader_seek (reader, start, RF_SIZE_UNKNOWN, NULL));
  end = rf_test_reader_check (reader, start, error);
  *seekable = rf_reader_is_seekable (reader);
  return end;
}

/* Then it cannot be plain. */
static void
test_not_at_the_beginning (void)
{
  static const struct
  {
    RfTestServerLie lie;
    RfError code;
    const char *words;
  } cases[] = {
    { RF_TEST_SERVER_WHOLE, RF_ERROR_NOT_SEEKABLE, "only begin at the start" },
    { RF_TEST_SERVER_NOT_ACCEPTABLE, RF_ERROR_NOT_SEEKABLE, "only begin at the start" },
    { RF_TEST_SERVER_UNSATISFIABLE, RF_ERROR_NOT_SEEKABLE, "only begin at the start" },
    { RF_TEST_SERVER_NO_CONTENT_RANGE, RF_ERROR_PROTOCOL, "without saying which" },
    { RF_TEST_SERVER_BAD_RANGE, RF_ERROR_PROTOCOL, "malformed" },
    { RF_TEST_SERVER_MULTIPART, RF_ERROR_PROTOCOL, "multipart" },
    { RF_TEST_SERVER_SHORT_LENGTH, RF_ERROR_PROTOCOL, "another length" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = SIZE, .version = 1, .lie = cases[i].lie });
      g_autoptr (GError) error = NULL;
      gboolean seekable;

      g_assert_cmpuint (read_from (rf_test_server_get_uri (server), 1000, &seekable, &error), ==,
                        1000);
      rf_test_reader_expect_error (error, cases[i].code, cases[i].words);
      g_assert_false (seekable);
    }
}

/* Behind the end there is nothing, and that is no error. */
static void
test_behind_the_end (void)
{
  static const guint64 offsets[] = { SIZE, SIZE + 1, 1000 * MIB };

  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      g_autoptr (RfTestServer) server
          = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
      g_autoptr (GError) error = NULL;
      gboolean seekable;

      g_assert_cmpuint (read_from (rf_test_server_get_uri (server), offsets[i], &seekable, &error),
                        ==, offsets[i]);
      g_assert_no_error (error);
      g_assert_true (seekable);
    }
}

static void
add_tests (const char *kind, const char *name, gconstpointer it, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/answers/%s/%s", kind, name);

  g_test_add_data_func (path, it, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      add_tests ("first", scripts[i].name, &scripts[i], test_first);
      add_tests ("later", scripts[i].name, &scripts[i], test_later);
    }
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", errors[i].status);

      add_tests ("status", name, &errors[i], test_status);
    }
  g_test_add_func ("/answers/asked-again", test_asked_again);
  g_test_add_func ("/answers/not-at-the-beginning", test_not_at_the_beginning);
  g_test_add_func ("/answers/behind-the-end", test_behind_the_end);
  return g_test_run ();
}
