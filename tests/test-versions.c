/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/answers.md says of versions: whatever tells that the object has become another one under way
 * ends the stream, and no byte of the other version is delivered, or none that was asked for later. What does
 * not tell that, does not. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#include <string.h>

#define SLOT_SIZE 65536
#define SIZE 655483 /* ten slots, and something */

/* The request from which on all is another version, and what comes before it with one worker. */
#define LATER 3
#define BEFORE (2 * SLOT_SIZE)

/* How much of its part a request brings that breaks off. */
#define CUT_AFTER 1000

#define CHANGED "The resource changed while it was read; start again"

#define MONDAY "Mon, 05 Jan 2026 00:00:00 GMT"
#define TUESDAY "Tue, 06 Jan 2026 00:00:00 GMT"

static const RfTestSettings one_worker = { .workers = 1, .slots = 4, .slot_size = SLOT_SIZE };
static const RfTestSettings four_workers = { .workers = 4, .slots = 8, .slot_size = SLOT_SIZE };

static const RfTestOutcome taken = { RF_TEST_TAKEN (SIZE) };

/* The content changes too, so that a byte of the other version is a wrong one. */
typedef struct
{
  const char *name;
  const char *fields[2]; /* that tell the versions apart; NULL: the server's own strong ETag does */
} Case;

static const Case cases[] = {
  { "strong-etag", { NULL, NULL } },
  { "weak-etag", { "ETag: W/\"1\"\r\n", "ETag: W/\"2\"\r\n" } },
  { "last-modified", { "Last-Modified: " MONDAY "\r\n", "Last-Modified: " TUESDAY "\r\n" } },
  { "last-modified-beside-weak-etag",
    { "ETag: W/\"1\"\r\nLast-Modified: " MONDAY "\r\n",
      "ETag: W/\"1\"\r\nLast-Modified: " TUESDAY "\r\n" } },
  { "ais-version", { "Ais-Version: 1\r\n", "Ais-Version: 2\r\n" } },
  { "ais-checksum", { "Ais-Checksum-Value: a\r\n", "Ais-Checksum-Value: b\r\n" } },
  { "s3-version", { "x-amz-version-id: a\r\n", "x-amz-version-id: b\r\n" } },
  { "gs-generation", { "x-goog-generation: 1\r\n", "x-goog-generation: 2\r\n" } },
};

static RfTestServerConfig
make_config (const Case *it, guint change_from)
{
  return (RfTestServerConfig){
    .size = SIZE,
    .version = 1,
    .no_etag = it->fields[0] != NULL,
    .fields = it->fields[0],
    .change_from = change_from,
    .changed_version = 2,
    .changed_fields = it->fields[1],
  };
}

static void
test_between_parts (gconstpointer data)
{
  static const RfTestOutcome changed = { RF_TEST_REFUSED (BEFORE, CHANGED, CHANGED) };
  const RfTestServerConfig config = make_config (data, LATER);
  g_autoptr (RfTestServer) one = rf_test_server_new (&config);
  g_autoptr (RfTestServer) four = rf_test_server_new (&config);

  rf_test_reader_expect (rf_test_server_get_uri (one), &one_worker, &changed);
  rf_test_reader_expect (rf_test_server_get_uri (four), &four_workers, &changed);
}

/* The rest of a part is not of the version that its beginning was of. */
static void
test_within_a_part (gconstpointer data)
{
  static const RfTestOutcome changed = { RF_TEST_REFUSED (BEFORE + CUT_AFTER, CHANGED, CHANGED) };
  RfTestServerConfig config = make_config (data, LATER + 1);
  g_autoptr (RfTestServer) server = NULL;

  config.cut_after = CUT_AFTER;
  config.cut_every = LATER;
  server = rf_test_server_new (&config);
  rf_test_reader_expect (rf_test_server_get_uri (server), &one_worker, &changed);
}

/* Where the ring has not been yet, on connections that have to be made anew. */
static void
test_across_seek (gconstpointer data)
{
  RfTestServerConfig config = make_config (data, 0);
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_server_get_uri (server), &four_workers);
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_reader_open (reader, NULL, &error));
  config = make_config (data, 1);
  rf_test_server_set_config (server, &config);
  rf_test_server_close_connections (server);

  g_assert_true (rf_reader_seek (reader, 5 * SLOT_SIZE + 1, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 5 * SLOT_SIZE + 1, &error), ==,
                    5 * SLOT_SIZE + 1);
  rf_test_reader_expect_error (error, RF_ERROR_CHANGED, CHANGED);
}

/* In the middle of reading, while all workers have requests. */
static void
test_while_reading (gconstpointer data)
{
  RfTestServerConfig config = make_config (data, 0);
  g_autoptr (RfTestServer) server = rf_test_server_new (&config);
  g_autoptr (RfReader) reader
      = rf_test_reader_new_hasty (rf_test_server_get_uri (server),
                                  &(RfTestSettings){ .workers = 4, .slots = 4, .slot_size = 4096 });
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 10000, &error), ==, 10000);
  g_assert_no_error (error);
  config = make_config (data, 1);
  rf_test_server_set_config (server, &config);
  rf_test_server_close_connections (server);
  g_assert_cmpuint (rf_test_reader_check (reader, 10000, &error), <, SIZE);
  rf_test_reader_expect_error (error, RF_ERROR_CHANGED, CHANGED);
}

/* What a script says of versions: its content is always the same. */

typedef struct
{
  const char *fields[2]; /* of the first answers, and of those from LATER on */
  gboolean is_changed;
} FieldsCase;

static const FieldsCase fields_cases[] = {
  /* A server that knows nothing of If-Match. */
  { { "ETag: \"1\"\r\n", "ETag: \"2\"\r\n" }, TRUE },
  { { "ETag: \"1\"\r\n", "ETag: W/\"2\"\r\n" }, TRUE },
  { { "ETag: W/\"1\"\r\n", "ETag: \"2\"\r\n" }, TRUE },
  { { "ETag: \"1\"\r\nLast-Modified: " MONDAY "\r\n", "Last-Modified: " TUESDAY "\r\n" }, TRUE },
  { { "ETag: \"1\"\r\nLast-Modified: " MONDAY "\r\n",
      "ETag: W/\"1\"\r\nLast-Modified: " TUESDAY "\r\n" },
    TRUE },
  { { "ETag: \"1\"\r\nAis-Version: 1\r\n", "ETag: \"1\"\r\nAis-Version: 2\r\n" }, TRUE },

  /* Machines that serve the same may have got it at different times. */
  { { "ETag: \"1\"\r\nLast-Modified: " MONDAY "\r\n",
      "ETag: \"1\"\r\nLast-Modified: " TUESDAY "\r\n" },
    FALSE },
  { { "ETag: \"1\"\r\n", "ETag: W/\"1\"\r\n" }, FALSE },
  { { "ETag: W/\"1\"\r\n", "ETag: \"1\"\r\n" }, FALSE },
  /* What is not told is not another. */
  { { "ETag: \"1\"\r\n", "" }, FALSE },
  { { "", "ETag: \"1\"\r\n" }, FALSE },
  { { "Last-Modified: " MONDAY "\r\n", "" }, FALSE },
  { { "Ais-Version: 1\r\n", "x-goog-generation: 2\r\n" }, FALSE },
};

static gboolean
answer_with_fields (const RfTestScriptRequest *request, gpointer data)
{
  const FieldsCase *it = data;

  return rf_test_script_answer_with (request, SIZE, it->fields[request->number + 1 >= LATER]);
}

static void
test_fields (void)
{
  static const RfTestOutcome changed = { RF_TEST_REFUSED (BEFORE, CHANGED, CHANGED) };

  for (guint i = 0; i < G_N_ELEMENTS (fields_cases); i++)
    {
      g_autoptr (RfTestScript) script
          = rf_test_script_new (answer_with_fields, (gpointer)&fields_cases[i]);

      g_test_message ("%s, then %s", fields_cases[i].fields[0], fields_cases[i].fields[1]);
      rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker,
                             fields_cases[i].is_changed ? &changed : &taken);
    }
}

/* Strong validators are sent back as they are; weak ones are not, nor what is none. */
typedef struct
{
  const char *etag;
  gboolean is_strong;
} EtagCase;

static const EtagCase etags[] = {
  { "\"a\"", TRUE },    { "\"\"", TRUE },      { "\"a,b\\\"", TRUE },
  { "W/\"a\"", FALSE }, { "unquoted", FALSE }, { "\"open", FALSE },
};

static gboolean
answer_if_match (const RfTestScriptRequest *request, gpointer data)
{
  const EtagCase *it = data;
  g_autofree char *field = g_strdup_printf ("ETag: %s\r\n", it->etag);
  g_autofree char *condition = g_strdup_printf ("If-Match: %s", it->etag);
  gboolean is_sent = strstr (request->head, "\r\nIf-Match:") != NULL;

  g_assert_cmpint (is_sent, ==, request->number > 0 && it->is_strong);
  g_assert_cmpint (is_sent, ==, rf_test_script_has_field (request, condition));
  return rf_test_script_answer_with (request, SIZE, field);
}

static void
test_if_match (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (etags); i++)
    {
      g_autoptr (RfTestScript) script = rf_test_script_new (answer_if_match, (gpointer)&etags[i]);

      rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, &taken);
    }
}

/* Another size, with nothing else that tells versions apart; the first one is smaller or larger. */
static gboolean
answer_another_size (const RfTestScriptRequest *request, gpointer difference)
{
  guint64 other = (guint64)(SIZE + GPOINTER_TO_INT (difference));

  return rf_test_script_answer (request, request->number + 1 < LATER ? SIZE : other);
}

static void
test_size (void)
{
  static const int differences[] = { -1, 1, SIZE };
  static const RfTestOutcome changed = { RF_TEST_REFUSED (BEFORE, CHANGED, CHANGED) };

  for (guint i = 0; i < G_N_ELEMENTS (differences); i++)
    {
      g_autoptr (RfTestScript) script
          = rf_test_script_new (answer_another_size, GINT_TO_POINTER (differences[i]));

      rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, &changed);
    }
}

/* So short by now that the part is not there: 416 with the new size. */
static gboolean
answer_truncated (const RfTestScriptRequest *request, gpointer unused)
{
  if (request->number + 1 < LATER)
    return rf_test_script_answer (request, SIZE);
  return rf_test_script_say_status (request, "416 Range Not Satisfiable",
                                    "Content-Range: bytes */1000\r\n");
}

static void
test_truncated (void)
{
  static const RfTestOutcome changed = { RF_TEST_REFUSED (BEFORE, CHANGED, CHANGED) };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_truncated, NULL);

  rf_test_reader_expect (rf_test_script_get_uri (script), &one_worker, &changed);
}

/* Without ranges only the beginning is asked for again, which may be of another version too. */
static gboolean
answer_whole (const RfTestScriptRequest *request, gpointer fields)
{
  const char *const *versions = fields;
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n%s\r\n", SIZE,
                                           versions[request->number == 0 ? 0 : 1]);

  rf_test_script_say (request, head);
  return request->number > 0 && rf_test_script_say_content (request, 0, SIZE);
}

static void
test_without_ranges (void)
{
  static const char *const same[] = { "ETag: \"1\"\r\n", "ETag: \"1\"\r\n" };
  static const char *const other[] = { "ETag: \"1\"\r\n", "ETag: \"2\"\r\n" };
  static const RfTestOutcome plain = { RF_TEST_PLAIN (SIZE) };
  static const RfTestOutcome changed = { RF_TEST_REFUSED (0, CHANGED, CHANGED) };
  g_autoptr (RfTestScript) good = rf_test_script_new (answer_whole, (gpointer)same);
  g_autoptr (RfTestScript) bad = rf_test_script_new (answer_whole, (gpointer)other);

  rf_test_reader_expect (rf_test_script_get_uri (good), &one_worker, &plain);
  rf_test_reader_expect (rf_test_script_get_uri (bad), &one_worker, &changed);
}

static void
add_test (const char *kind, const Case *it, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/versions/%s/%s", kind, it->name);

  g_test_add_data_func (path, it, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      add_test ("between-parts", &cases[i], test_between_parts);
      add_test ("within-a-part", &cases[i], test_within_a_part);
      add_test ("across-seek", &cases[i], test_across_seek);
      add_test ("while-reading", &cases[i], test_while_reading);
    }
  g_test_add_func ("/versions/fields", test_fields);
  g_test_add_func ("/versions/if-match", test_if_match);
  g_test_add_func ("/versions/size", test_size);
  g_test_add_func ("/versions/truncated", test_truncated);
  g_test_add_func ("/versions/without-ranges", test_without_ranges);
  return g_test_run ();
}
