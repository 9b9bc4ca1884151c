/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether an answer fits the question: each row of the table in docs/answers.md, for the first request
 * and for a later one. */

#include "rf-test-judge.h"

#include "rf-error.h"

#include <string.h>

static void
test_part (void)
{
  rf_test_judge_check_content (rf_test_judge_check_first (206, "bytes 0-99/1000", RF_ANSWER_PART),
                               0, 100, 1000);
  rf_test_judge_check_content (
      rf_test_judge_check_later (206, "bytes 200-299/1000", RF_ANSWER_PART), 200, 300, 1000);
  /* Less than was asked for. */
  rf_test_judge_check_content (rf_test_judge_check_first (206, "bytes 0-0/1000", RF_ANSWER_PART), 0,
                               1, 1000);
  rf_test_judge_check_content (rf_test_judge_check_first (206, "bytes 0-49/50", RF_ANSWER_PART), 0,
                               50, 50);
  rf_test_judge_check_content (
      rf_test_judge_check_later (206, "bytes 200-200/1000", RF_ANSWER_PART), 200, 201, 1000);
}

static void
test_part_with_status_200 (void)
{
  rf_test_judge_check_content (rf_test_judge_check_first (200, "bytes 0-99/1000", RF_ANSWER_PART),
                               0, 100, 1000);
  rf_test_judge_check_content (
      rf_test_judge_check_later (200, "bytes 200-299/1000", RF_ANSWER_PART), 200, 300, 1000);
}

static void
test_part_up_to_the_end (void)
{
  RfRequest request = rf_test_later_request;
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 900-999/1000");
  RfContentRange content;

  request.range = (RfRange){ 900, RF_SIZE_UNKNOWN };
  content = rf_test_judge_check_answer (&head, &request, &rf_test_known_resource, RF_ANSWER_PART);
  rf_test_judge_check_content (content, 900, 1000, 1000);

  content = rf_test_judge_check_answer (&head, &request, &rf_test_unknown_resource, RF_ANSWER_PART);
  rf_test_judge_check_content (content, 900, 1000, 1000);
}

static void
test_other_range (void)
{
  rf_test_judge_check_first_error (206, "bytes 1-99/1000", RF_ERROR_PROTOCOL);
  rf_test_judge_check_first_error (206, "bytes 100-199/1000", RF_ERROR_PROTOCOL);
  rf_test_judge_check_first_error (200, "bytes 100-199/1000", RF_ERROR_PROTOCOL);
  rf_test_judge_check_later_error (206, "bytes 0-99/1000", RF_ERROR_PROTOCOL);
  rf_test_judge_check_later_error (206, "bytes 199-299/1000", RF_ERROR_PROTOCOL);
  rf_test_judge_check_later_error (206, "bytes 201-299/1000", RF_ERROR_PROTOCOL);
}

static void
test_bad_content_range (void)
{
  static const char *const texts[] = {
    NULL,
    "",
    "bytes",
    "bytes 0-99",
    "bytes 0-99/",
    "0-99/1000",
    "bytes */*",
    "bytes */1000",
    "bytes 0-99/99",
    "bytes 5-4/1000",
    "items 0-99/1000",
    "bytes 0-99/1000 ",
    "bytes 0-99/1000,0-1/1000",
    "bytes 0-18446744073709551616/*",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      RfRequest request = rf_test_later_request;
      RfResponseHead head = rf_test_judge_new_head (206, texts[i]);

      /* Who cannot count at the start may still send everything. */
      rf_test_judge_check_first (206, texts[i], RF_ANSWER_WITHOUT_RANGE);
      rf_test_judge_check_later_error (206, texts[i], RF_ERROR_PROTOCOL);
      rf_test_judge_check_error (&head, &request, &rf_test_unknown_resource, RF_ANSWER_PERMANENT,
                                 RF_ERROR_PROTOCOL);
    }
}

static void
test_length_of_a_part (void)
{
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 0-99/1000");

  head.content_length = "100";
  rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                              RF_ANSWER_PART);
  head.content_length = "0";
  rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                              RF_ANSWER_WITHOUT_RANGE);
  head.content_length = "nonsense";
  rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_PROTOCOL);
  head = rf_test_judge_new_head (206, "bytes 200-299/1000");
  head.content_length = "100";
  rf_test_judge_check_answer (&head, &rf_test_later_request, &rf_test_known_resource,
                              RF_ANSWER_PART);
  head.content_length = "101";
  rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_PROTOCOL);
}

/* What was asked for is one part. */
static void
test_multipart (void)
{
  static const char *const types[]
      = { "multipart/byteranges; boundary=x", "multipart/byteranges", "Multipart/ByteRanges;x" };
  RfRequest middle = rf_test_first_request;
  RfRequest plain = rf_test_first_request;

  middle.range = (RfRange){ 200, 300 };
  plain.ranged = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      RfResponseHead head = rf_test_judge_new_head (206, NULL);

      head.content_type = types[i];
      rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                  RF_ANSWER_WITHOUT_RANGE);
      rf_test_judge_check_message (&head, &middle, &rf_test_unknown_resource, RF_ERROR_PROTOCOL,
                                   "several parts");
      rf_test_judge_check_message (&head, &rf_test_later_request, &rf_test_known_resource,
                                   RF_ERROR_PROTOCOL, "several parts");
      rf_test_judge_check_message (&head, &plain, &rf_test_unknown_resource, RF_ERROR_PROTOCOL,
                                   "all of it");
      head.content_range = "bytes 200-299/1000";
      rf_test_judge_check_message (&head, &rf_test_later_request, &rf_test_known_resource,
                                   RF_ERROR_PROTOCOL, "multipart/byteranges");
      head.status = 200;
      rf_test_judge_check_message (&head, &rf_test_later_request, &rf_test_known_resource,
                                   RF_ERROR_PROTOCOL, "several parts");
      /* A resource may be of that type. */
      head.content_range = NULL;
      rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                  RF_ANSWER_WHOLE);
    }
}

static void
test_content_types (void)
{
  static const char *const types[] = { NULL, "", "video/mp4", "multipart/mixed", "multipart" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      RfResponseHead head = rf_test_judge_new_head (206, "bytes 0-99/1000");

      head.content_type = types[i];
      rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                  RF_ANSWER_PART);
    }
}

static void
test_size_is_not_told (void)
{
  rf_test_judge_check_first (206, "bytes 0-99/*", RF_ANSWER_WITHOUT_RANGE);
}

static void
test_whole (void)
{
  RfResponseHead head = rf_test_judge_new_head (200, NULL);
  RfRequest request = rf_test_first_request;

  head.content_length = "1000";
  rf_test_judge_check_content (rf_test_judge_check_answer (&head, &rf_test_first_request,
                                                           &rf_test_unknown_resource,
                                                           RF_ANSWER_WHOLE),
                               0, 1000, 1000);
  head.content_length = "0";
  rf_test_judge_check_content (rf_test_judge_check_answer (&head, &rf_test_first_request,
                                                           &rf_test_unknown_resource,
                                                           RF_ANSWER_WHOLE),
                               0, 0, 0);
  head.content_length = NULL;
  g_assert_cmpuint (rf_test_judge_check_answer (&head, &rf_test_first_request,
                                                &rf_test_unknown_resource, RF_ANSWER_WHOLE)
                        .total,
                    ==, RF_SIZE_UNKNOWN);

  request.ranged = FALSE;
  request.range = (RfRange){ 0, RF_SIZE_UNKNOWN };
  head.content_length = "7";
  rf_test_judge_check_content (
      rf_test_judge_check_answer (&head, &request, &rf_test_unknown_resource, RF_ANSWER_WHOLE), 0,
      7, 7);
}

static void
test_whole_with_bad_length (void)
{
  static const char *const lengths[] = { "", "-1", "x", "1 2", "18446744073709551616" };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      RfResponseHead head = rf_test_judge_new_head (200, NULL);
      g_autoptr (GError) error = NULL;
      RfContentRange content;

      head.content_length = lengths[i];
      if (rf_response_judge (&head, &rf_test_first_request, &rf_test_unknown_resource, &content,
                             &error)
          == RF_ANSWER_WHOLE)
        g_assert_cmpuint (content.total, ==, RF_SIZE_UNKNOWN);
      else
        g_assert_error (error, RF_ERROR, RF_ERROR_PROTOCOL);
    }
}

/* Who has ranges does not answer with everything later, and who has none is read from the start. */
static void
test_whole_in_the_middle (void)
{
  RfRequest request = rf_test_first_request;
  RfResponseHead head = rf_test_judge_new_head (200, NULL);

  head.content_length = "1000";
  rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_PROTOCOL);
  request.range = (RfRange){ 200, 300 };
  rf_test_judge_check_error (&head, &request, &rf_test_unknown_resource, RF_ANSWER_PERMANENT,
                             RF_ERROR_NOT_SEEKABLE);
}

static void
test_no_bytes (void)
{
  RfRequest request = rf_test_first_request;
  RfResponseHead head = rf_test_judge_new_head (416, "bytes */1000");

  g_assert_cmpuint (rf_test_judge_check_first (416, "bytes */0", RF_ANSWER_NO_BYTES).total, ==, 0);

  request.range = (RfRange){ 1000, 1100 };
  g_assert_cmpuint (
      rf_test_judge_check_answer (&head, &request, &rf_test_unknown_resource, RF_ANSWER_NO_BYTES)
          .total,
      ==, 1000);
  request.range = (RfRange){ 5000, RF_SIZE_UNKNOWN };
  g_assert_cmpuint (
      rf_test_judge_check_answer (&head, &request, &rf_test_unknown_resource, RF_ANSWER_NO_BYTES)
          .total,
      ==, 1000);
}

static void
test_416_contradicts_itself (void)
{
  static const char *const texts[]
      = { NULL, "bytes */1", "bytes */1000", "bytes 0-99/1000", "bytes */*", "nonsense" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    rf_test_judge_check_first (416, texts[i], RF_ANSWER_WITHOUT_RANGE);
  rf_test_judge_check_later_error (416, "bytes */1000", RF_ERROR_STATUS);
  rf_test_judge_check_later_error (416, "bytes */*", RF_ERROR_STATUS);
}

/* The words say that it is not the caller who has asked for too much. */
static void
test_416_of_a_range_that_is_there (void)
{
  static const char *const texts[] = { "bytes */1000", "bytes */*", NULL, "nonsense" };
  RfResource sequential = { .known = TRUE, .size = RF_SIZE_UNKNOWN };
  RfResponseHead head;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      head = rf_test_judge_new_head (416, texts[i]);
      /* That of the page that says so. */
      head.etag = "\"page\"";
      rf_test_judge_check_message (&head, &rf_test_later_request, &rf_test_known_resource,
                                   RF_ERROR_STATUS,
                                   "a range of the resource that it has: 416 Words");
    }
  rf_test_judge_check_later_error (416, "bytes */1001", RF_ERROR_CHANGED);
  rf_test_judge_check_later_error (416, "bytes */0", RF_ERROR_CHANGED);
  head = rf_test_judge_new_head (416, "bytes */5");
  rf_test_judge_check_message (&head, &rf_test_later_request, &sequential, RF_ERROR_STATUS,
                               "416 Words");
}

static void
test_406 (void)
{
  rf_test_judge_check_first (406, NULL, RF_ANSWER_WITHOUT_RANGE);
  rf_test_judge_check_later_error (406, NULL, RF_ERROR_STATUS);
}

/* What was asked without a range is not asked without a range again. */
static void
test_without_range_ends (void)
{
  RfRequest request = rf_test_first_request;
  RfResponseHead head = rf_test_judge_new_head (406, NULL);

  request.ranged = FALSE;
  request.range = (RfRange){ 0, RF_SIZE_UNKNOWN };
  rf_test_judge_check_error (&head, &request, &rf_test_unknown_resource, RF_ANSWER_PERMANENT,
                             RF_ERROR_STATUS);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      RfContentRange content;

      head = i == 0 ? rf_test_judge_new_head (416, "bytes */1000")
                    : rf_test_judge_new_head (206, "bytes 0-99/*");
      g_assert_cmpint (
          rf_response_judge (&head, &request, &rf_test_unknown_resource, &content, &error), ==,
          RF_ANSWER_PERMANENT);
      g_assert_nonnull (error);
    }
}

static void
test_transient (void)
{
  static const guint statuses[] = { 408, 429, 500, 502, 503, 504 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      RfResponseHead head = rf_test_judge_new_head (statuses[i], NULL);

      /* A busy server's pages have validators of their own. */
      head.etag = "\"page\"";
      head.content_encoding = "gzip";
      head.content_range = "bytes";
      rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                 RF_ANSWER_TRANSIENT, RF_ERROR_STATUS);
      rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                                 RF_ANSWER_TRANSIENT, RF_ERROR_STATUS);
    }
}

static void
test_permanent (void)
{
  static const struct
  {
    guint status;
    RfError code;
  } rows[] = {
    { 402, RF_ERROR_NOT_AUTHORIZED }, { 407, RF_ERROR_NOT_AUTHORIZED }, { 204, RF_ERROR_STATUS },
    { 302, RF_ERROR_STATUS },         { 304, RF_ERROR_STATUS },         { 405, RF_ERROR_STATUS },
    { 418, RF_ERROR_STATUS },         { 501, RF_ERROR_STATUS },         { 505, RF_ERROR_STATUS },
    { 0, RF_ERROR_STATUS },           { 999, RF_ERROR_STATUS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      rf_test_judge_check_first_error (rows[i].status, NULL, rows[i].code);
      rf_test_judge_check_later_error (rows[i].status, NULL, rows[i].code);
    }
}

/* What a location answers that holds for some time only, as a presigned one. */
static void
test_refused (void)
{
  static const struct
  {
    guint status;
    RfError code;
  } rows[] = {
    { 400, RF_ERROR_STATUS },    { 401, RF_ERROR_NOT_AUTHORIZED }, { 403, RF_ERROR_NOT_AUTHORIZED },
    { 404, RF_ERROR_NOT_FOUND }, { 410, RF_ERROR_NOT_FOUND },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      RfResponseHead head = rf_test_judge_new_head (rows[i].status, NULL);

      rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                 RF_ANSWER_REFUSED, rows[i].code);
      rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                                 RF_ANSWER_REFUSED, rows[i].code);
    }
}

static void
test_redirect (void)
{
  static const guint statuses[] = { 301, 302, 303, 307, 308 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      RfResponseHead head = rf_test_judge_new_head (statuses[i], NULL);

      rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                 RF_ANSWER_PERMANENT, RF_ERROR_STATUS);
      head.location = "/b";
      rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                  RF_ANSWER_REDIRECT);
      rf_test_judge_check_answer (&head, &rf_test_later_request, &rf_test_known_resource,
                                  RF_ANSWER_REDIRECT);
    }
}

/* They have a Location at times, but one has to choose, or there is nothing new. */
static void
test_no_redirect (void)
{
  static const guint statuses[] = { 201, 202, 300, 304, 305, 306, 309, 399 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      RfResponseHead head = rf_test_judge_new_head (statuses[i], NULL);

      head.location = "/b";
      rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                 RF_ANSWER_PERMANENT, RF_ERROR_STATUS);
      rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                                 RF_ANSWER_PERMANENT, RF_ERROR_STATUS);
    }
}

/* Its own page may be what it likes, but there has to be one place to go to. */
static void
test_redirect_fields (void)
{
  RfResponseHead head = rf_test_judge_new_head (302, "nonsense");

  head.location = "/b";
  head.etag = "\"page\"";
  head.last_modified = "today";
  head.content_encoding = "gzip";
  head.content_length = "nonsense";
  head.tokens[0] = "page";
  rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                              RF_ANSWER_REDIRECT);
  rf_test_judge_check_answer (&head, &rf_test_later_request, &rf_test_known_resource,
                              RF_ANSWER_REDIRECT);
  head.is_ambiguous = TRUE;
  rf_test_judge_check_message (&head, &rf_test_first_request, &rf_test_unknown_resource,
                               RF_ERROR_PROTOCOL, "twice");
  rf_test_judge_check_message (&head, &rf_test_later_request, &rf_test_known_resource,
                               RF_ERROR_PROTOCOL, "twice");
}

/* All that a server may answer with who is asked by GET. */
static void
test_usual_reasons (void)
{
  static const guint statuses[]
      = { 201, 202, 203, 204, 205, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403,
          404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422,
          425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 507, 511 };
  g_autoptr (GHashTable) reasons = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      RfResponseHead head = { .status = statuses[i] };
      const char *reason = rf_response_get_reason (&head);

      if (strstr (reason, "Unknown") != NULL || !g_hash_table_add (reasons, (gpointer)reason))
        g_error ("%u is \"%s\"", statuses[i], reason);
    }
}

/* HTTP/2 has no words for a status. */
static void
test_reason (void)
{
  RfResponseHead head = { .status = 404, .reason = "" };

  g_assert_cmpstr (rf_response_get_reason (&head), ==, "Not Found");
  head.reason = "Nowhere";
  g_assert_cmpstr (rf_response_get_reason (&head), ==, "Nowhere");
  head = (RfResponseHead){ .status = 999 };
  g_assert_cmpstr (rf_response_get_reason (&head), !=, "");
}

static void
test_encoded (void)
{
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 0-99/1000");

  head.content_encoding = "gzip";
  rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_PROTOCOL);
  head = rf_test_judge_new_head (200, NULL);
  head.content_encoding = "br";
  rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_PROTOCOL);
  head = rf_test_judge_new_head (206, "bytes 0-99/1000");
  head.content_encoding = "identity";
  rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                              RF_ANSWER_PART);
}

static void
test_error_has_the_servers_words (void)
{
  RfResponseHead head = rf_test_judge_new_head (404, NULL);
  g_autoptr (GError) error = NULL;
  RfContentRange content;

  rf_response_judge (&head, &rf_test_first_request, &rf_test_unknown_resource, &content, &error);
  g_assert_nonnull (strstr (error->message, "404"));
  g_assert_nonnull (strstr (error->message, "Words"));
}

static void
test_ambiguous (void)
{
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 0-99/1000");

  head.is_ambiguous = TRUE;
  rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_PROTOCOL);
  head.status = 200;
  head.content_range = NULL;
  rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_PROTOCOL);
  head.status = 503;
  rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                             RF_ANSWER_TRANSIENT, RF_ERROR_STATUS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/response/part", test_part);
  g_test_add_func ("/response/part-with-status-200", test_part_with_status_200);
  g_test_add_func ("/response/part-up-to-the-end", test_part_up_to_the_end);
  g_test_add_func ("/response/other-range", test_other_range);
  g_test_add_func ("/response/bad-content-range", test_bad_content_range);
  g_test_add_func ("/response/length-of-a-part", test_length_of_a_part);
  g_test_add_func ("/response/multipart", test_multipart);
  g_test_add_func ("/response/content-types", test_content_types);
  g_test_add_func ("/response/size-is-not-told", test_size_is_not_told);
  g_test_add_func ("/response/whole", test_whole);
  g_test_add_func ("/response/whole-with-bad-length", test_whole_with_bad_length);
  g_test_add_func ("/response/whole-in-the-middle", test_whole_in_the_middle);
  g_test_add_func ("/response/no-bytes", test_no_bytes);
  g_test_add_func ("/response/416-contradicts-itself", test_416_contradicts_itself);
  g_test_add_func ("/response/416-of-a-range-that-is-there", test_416_of_a_range_that_is_there);
  g_test_add_func ("/response/406", test_406);
  g_test_add_func ("/response/without-range-ends", test_without_range_ends);
  g_test_add_func ("/response/transient", test_transient);
  g_test_add_func ("/response/permanent", test_permanent);
  g_test_add_func ("/response/refused", test_refused);
  g_test_add_func ("/response/redirect", test_redirect);
  g_test_add_func ("/response/no-redirect", test_no_redirect);
  g_test_add_func ("/response/redirect-fields", test_redirect_fields);
  g_test_add_func ("/response/reason", test_reason);
  g_test_add_func ("/response/usual-reasons", test_usual_reasons);
  g_test_add_func ("/response/encoded", test_encoded);
  g_test_add_func ("/response/error-has-the-servers-words", test_error_has_the_servers_words);
  g_test_add_func ("/response/ambiguous", test_ambiguous);
  return g_test_run ();
}
