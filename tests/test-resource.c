/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether an answer is of the version that is read. */

#include "rf-test-judge.h"

#include "rf-error.h"

#include <string.h>

static char strong_etag[] = "\"a\"";
static char weak_etag[] = "W/\"a\"";

static void
test_changed (void)
{
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 200-299/1000");

  rf_test_judge_check_later_error (412, NULL, RF_ERROR_CHANGED);
  rf_test_judge_check_later_error (206, "bytes 200-299/999", RF_ERROR_CHANGED);
  rf_test_judge_check_later_error (206, "bytes 200-299/1001", RF_ERROR_CHANGED);
  rf_test_judge_check_later_error (416, "bytes */100", RF_ERROR_CHANGED);
  head.etag = "\"b\"";
  rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_CHANGED);
  /* The same bytes come: a proxy may have dropped the validator. */
  head.etag = NULL;
  rf_test_judge_check_answer (&head, &rf_test_later_request, &rf_test_known_resource,
                              RF_ANSWER_PART);
}

/* What was not made a condition cannot have failed as one. */
static void
test_412_without_condition (void)
{
  RfResponseHead head = rf_test_judge_new_head (412, NULL);
  RfRequest request = rf_test_later_request;

  request.if_match = NULL;
  rf_test_judge_check_message (&head, &request, &rf_test_known_resource, RF_ERROR_STATUS,
                               "412 Words");
  rf_test_judge_check_message (&head, &rf_test_first_request, &rf_test_unknown_resource,
                               RF_ERROR_STATUS, "412 Words");
  rf_test_judge_check_message (&head, &rf_test_later_request, &rf_test_known_resource,
                               RF_ERROR_CHANGED, "start again");
}

static void
test_etag_without_one_before (void)
{
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 200-299/1000");
  RfResource resource = rf_test_known_resource;

  resource.etag = NULL;
  head.etag = "W/\"b\"";
  rf_test_judge_check_answer (&head, &rf_test_later_request, &resource, RF_ANSWER_PART);
}

/* The time of the last change counts where one of both answers has no strong validator. */
static void
test_last_modified (void)
{
  static const char *const etags[] = { NULL, "", "a", "W/\"a\"", "\"a", "\"a\"b\"" };
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 200-299/1000");
  RfResource resource = rf_test_known_resource;
  static char then[] = "Mon, 01 Jan 2024 00:00:00 GMT";

  resource.last_modified = then;
  for (guint i = 0; i < G_N_ELEMENTS (etags); i++)
    {
      head.etag = etags[i];
      head.last_modified = "Mon, 01 Jan 2024 00:00:01 GMT";
      rf_test_judge_check_message (&head, &rf_test_later_request, &resource, RF_ERROR_CHANGED,
                                   "start again");
      head.last_modified = then;
      rf_test_judge_check_answer (&head, &rf_test_later_request, &resource, RF_ANSWER_PART);
    }
  /* It is a text, be it no date or one to come. */
  resource.etag = NULL;
  resource.last_modified = NULL;
  head.last_modified = "Tue, 01 Jan 2999 00:00:00 GMT";
  rf_test_judge_check_answer (&head, &rf_test_later_request, &resource, RF_ANSWER_PART);
  /* The same in another answer's size is another version still. */
  resource.last_modified = then;
  head.last_modified = then;
  head.content_range = "bytes 200-299/1001";
  rf_test_judge_check_message (&head, &rf_test_later_request, &resource, RF_ERROR_CHANGED,
                               "start again");
}

/* Also where there are no ranges. A page that says why there is no answer has none. */
static void
test_tokens (void)
{
  static char version[] = "7";

  for (guint i = 0; i < RF_NUM_TOKENS; i++)
    {
      RfResource resource = { .known = TRUE, .size = 1000 };
      RfResponseHead head = { .status = 200, .content_length = "1000" };

      resource.tokens[i] = version;
      rf_test_judge_check_answer (&head, &rf_test_first_request, &resource, RF_ANSWER_WHOLE);
      head.tokens[i] = "7";
      head.tokens[(i + 1) % RF_NUM_TOKENS] = "8";
      rf_test_judge_check_answer (&head, &rf_test_first_request, &resource, RF_ANSWER_WHOLE);
      head.tokens[i] = "";
      rf_test_judge_check_message (&head, &rf_test_first_request, &resource, RF_ERROR_CHANGED,
                                   "start again");
      head.tokens[i] = "07";
      rf_test_judge_check_message (&head, &rf_test_first_request, &resource, RF_ERROR_CHANGED,
                                   "start again");
      head.status = 503;
      rf_test_judge_check_error (&head, &rf_test_first_request, &resource, RF_ANSWER_TRANSIENT,
                                 RF_ERROR_STATUS);
      head.status = 404;
      rf_test_judge_check_error (&head, &rf_test_first_request, &resource, RF_ANSWER_REFUSED,
                                 RF_ERROR_NOT_FOUND);
    }
}

/* A stream without ranges that begins again, before its first byte. */
static void
test_whole_again (void)
{
  RfResource resource = { .known = TRUE, .size = 1000, .etag = strong_etag };
  RfResponseHead head = rf_test_judge_new_head (200, NULL);

  rf_test_judge_check_content (
      rf_test_judge_check_answer (&head, &rf_test_first_request, &resource, RF_ANSWER_WHOLE), 0,
      RF_SIZE_UNKNOWN, RF_SIZE_UNKNOWN);
  head.content_length = "1000";
  rf_test_judge_check_content (
      rf_test_judge_check_answer (&head, &rf_test_first_request, &resource, RF_ANSWER_WHOLE), 0,
      1000, 1000);
  head.content_length = "999";
  rf_test_judge_check_message (&head, &rf_test_first_request, &resource, RF_ERROR_CHANGED,
                               "start again");
  resource.size = RF_SIZE_UNKNOWN;
  rf_test_judge_check_answer (&head, &rf_test_first_request, &resource, RF_ANSWER_WHOLE);
  head.etag = "\"b\"";
  rf_test_judge_check_message (&head, &rf_test_first_request, &resource, RF_ERROR_CHANGED,
                               "start again");
}

static void
test_learn (void)
{
  RfResource resource = { .size = RF_SIZE_UNKNOWN };
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 0-99/1000");

  head.last_modified = "then";
  head.tokens[RF_TOKEN_S3_VERSION] = "7";
  rf_resource_learn (&resource, &head, 1000, TRUE);
  g_assert_true (resource.known && resource.ranges);
  g_assert_cmpuint (resource.size, ==, 1000);
  g_assert_cmpstr (resource.etag, ==, "\"a\"");
  g_assert_true (resource.etag != head.etag);
  g_assert_cmpstr (resource.last_modified, ==, "then");
  g_assert_cmpstr (rf_resource_get_if_match (&resource), ==, "\"a\"");
  for (guint i = 0; i < RF_NUM_TOKENS; i++)
    g_assert_cmpstr (resource.tokens[i], ==, i == RF_TOKEN_S3_VERSION ? "7" : NULL);
  rf_resource_clear (&resource);
  g_assert_false (resource.known || resource.ranges);
  g_assert_cmpuint (resource.size, ==, RF_SIZE_UNKNOWN);
  g_assert_null (resource.tokens[RF_TOKEN_S3_VERSION]);

  head = (RfResponseHead){ .status = 200, .etag = "none" };
  rf_resource_learn (&resource, &head, RF_SIZE_UNKNOWN, FALSE);
  g_assert_true (resource.known);
  g_assert_false (resource.ranges);
  g_assert_null (resource.etag);
  g_assert_null (rf_resource_get_if_match (&resource));
  rf_resource_clear (&resource);
}

static void
test_etag (void)
{
  static const char *const good[] = { "\"a\"", "\"\"", "W/\"a\"", "\"a,b\\\"" };
  static const char *const bad[]
      = { NULL, "", "a", "\"", "\"a", "a\"", "w/\"a\"", "\"a\", \"b\"", "\"a\rb\"", "W/" };
  RfResponseHead head = { .status = 206 };
  RfResource resource = rf_test_known_resource;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      head.etag = good[i];
      g_assert_cmpstr (rf_response_get_etag (&head), ==, good[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      head.etag = bad[i];
      g_assert_null (rf_response_get_etag (&head));
    }

  g_assert_cmpstr (rf_resource_get_if_match (&rf_test_known_resource), ==, "\"a\"");
  resource.etag = NULL;
  g_assert_null (rf_resource_get_if_match (&resource));
  resource.etag = weak_etag;
  g_assert_null (rf_resource_get_if_match (&resource));
}

/* A weak validator cannot be asked for, but it tells of a change. */
static void
test_weak_etag (void)
{
  RfResponseHead head = rf_test_judge_new_head (206, "bytes 200-299/1000");
  RfResource resource = rf_test_known_resource;

  resource.etag = weak_etag;
  rf_test_judge_check_answer (&head, &rf_test_later_request, &resource, RF_ANSWER_PART);
  head.etag = "W/\"a\"";
  rf_test_judge_check_answer (&head, &rf_test_later_request, &resource, RF_ANSWER_PART);
  rf_test_judge_check_answer (&head, &rf_test_later_request, &rf_test_known_resource,
                              RF_ANSWER_PART);
  head.etag = "W/\"b\"";
  rf_test_judge_check_error (&head, &rf_test_later_request, &resource, RF_ANSWER_PERMANENT,
                             RF_ERROR_CHANGED);
  rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                             RF_ANSWER_PERMANENT, RF_ERROR_CHANGED);
}

static void
test_clear (void)
{
  RfResource resource = { .known = TRUE,
                          .ranges = TRUE,
                          .size = 1,
                          .etag = g_strdup ("\"a\""),
                          .last_modified = g_strdup ("then") };

  rf_resource_clear (&resource);
  g_assert_null (resource.etag);
  g_assert_null (resource.last_modified);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resource/changed", test_changed);
  g_test_add_func ("/resource/412-without-condition", test_412_without_condition);
  g_test_add_func ("/resource/etag-without-one-before", test_etag_without_one_before);
  g_test_add_func ("/resource/last-modified", test_last_modified);
  g_test_add_func ("/resource/tokens", test_tokens);
  g_test_add_func ("/resource/whole-again", test_whole_again);
  g_test_add_func ("/resource/learn", test_learn);
  g_test_add_func ("/resource/etag", test_etag);
  g_test_add_func ("/resource/weak-etag", test_weak_etag);
  g_test_add_func ("/resource/clear", test_clear);
  return g_test_run ();
}
