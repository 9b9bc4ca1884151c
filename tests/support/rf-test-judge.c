/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-judge.h"

#include <string.h>

static char known_etag[] = "\"a\"";

const RfRequest rf_test_first_request = { .range = { 0, 100 }, .ranged = TRUE };
const RfRequest rf_test_later_request
    = { .if_match = "\"a\"", .range = { 200, 300 }, .ranged = TRUE };
const RfResource rf_test_unknown_resource = { .size = RF_SIZE_UNKNOWN };
const RfResource rf_test_known_resource
    = { .known = TRUE, .ranges = TRUE, .size = 1000, .etag = known_etag };

RfResponseHead
rf_test_judge_new_head (guint status, const char *content_range)
{
  return (RfResponseHead){
    .status = status, .reason = "Words", .content_range = content_range, .etag = "\"a\""
  };
}

RfContentRange
rf_test_judge_check_answer (const RfResponseHead *head,
                            const RfRequest *request,
                            const RfResource *resource,
                            RfAnswer expected)
{
  g_autoptr (GError) error = NULL;
  RfContentRange content = { 0 };

  g_assert_cmpint (rf_response_judge (head, request, resource, &content, &error), ==, expected);
  g_assert_no_error (error);
  return content;
}

void
rf_test_judge_check_error (const RfResponseHead *head,
                           const RfRequest *request,
                           const RfResource *resource,
                           RfAnswer expected,
                           RfError code)
{
  g_autoptr (GError) error = NULL;
  RfContentRange content = { 0 };

  g_assert_cmpint (rf_response_judge (head, request, resource, &content, &error), ==, expected);
  g_assert_error (error, RF_ERROR, (int)code);
  g_assert_cmpstr (error->message, !=, "");
}

/* Refused for good, with these words. */
void
rf_test_judge_check_message (const RfResponseHead *head,
                             const RfRequest *request,
                             const RfResource *resource,
                             RfError code,
                             const char *words)
{
  g_autoptr (GError) error = NULL;
  RfContentRange content;

  g_assert_cmpint (rf_response_judge (head, request, resource, &content, &error), ==,
                   RF_ANSWER_PERMANENT);
  g_assert_error (error, RF_ERROR, (int)code);
  if (strstr (error->message, words) == NULL)
    g_error ("no \"%s\" in \"%s\"", words, error->message);
}

RfContentRange
rf_test_judge_check_first (guint status, const char *content_range, RfAnswer expected)
{
  RfResponseHead head = rf_test_judge_new_head (status, content_range);

  return rf_test_judge_check_answer (&head, &rf_test_first_request, &rf_test_unknown_resource,
                                     expected);
}

RfContentRange
rf_test_judge_check_later (guint status, const char *content_range, RfAnswer expected)
{
  RfResponseHead head = rf_test_judge_new_head (status, content_range);

  return rf_test_judge_check_answer (&head, &rf_test_later_request, &rf_test_known_resource,
                                     expected);
}

void
rf_test_judge_check_first_error (guint status, const char *content_range, RfError code)
{
  RfResponseHead head = rf_test_judge_new_head (status, content_range);

  rf_test_judge_check_error (&head, &rf_test_first_request, &rf_test_unknown_resource,
                             RF_ANSWER_PERMANENT, code);
}

void
rf_test_judge_check_later_error (guint status, const char *content_range, RfError code)
{
  RfResponseHead head = rf_test_judge_new_head (status, content_range);

  rf_test_judge_check_error (&head, &rf_test_later_request, &rf_test_known_resource,
                             RF_ANSWER_PERMANENT, code);
}

void
rf_test_judge_check_content (RfContentRange content, guint64 start, guint64 end, guint64 total)
{
  g_assert_cmpuint (content.range.start, ==, start);
  g_assert_cmpuint (content.range.end, ==, end);
  g_assert_cmpuint (content.total, ==, total);
}
