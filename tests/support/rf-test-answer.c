/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The order of decisions is that of RFC 9110, section 13.2.2, with the faults before it. */

#include "rf-test-answer.h"

#include "rf-test-auth.h"
#include "rf-test-fault.h"
#include "rf-test-head.h"
#include "rf-test-lie.h"
#include "rf-test-object.h"
#include "rf-test-redirect.h"

#include <string.h>

#define DEFAULT_STATUS 503
#define DEFAULT_REDIRECT 302

/* Begins the head of an answer that is not the object. */
static void
begin_head (RfTestAnswer *answer, guint status)
{
  const RfTestClaim claim = { .protocol = "HTTP/1.1", .status = status };

  rf_test_head_append_claim (&answer->head, &claim);
}

static void
end_head (RfTestAnswer *answer, gboolean keep_alive)
{
  if (!keep_alive)
    {
      rf_test_head_append (&answer->head, "Connection: close\r\n");
      answer->after = RF_TEST_AFTER_CLOSE;
    }
  rf_test_head_append (&answer->head, "\r\n");
}

/* Ends the head of an answer that is not the object, and adds its text. */
static void
end_with_text (RfTestAnswer *answer, guint status, gboolean with_body, gboolean keep_alive)
{
  gboolean bodiless = status == 204 || status == 304;
  g_autofree char *text = g_strdup_printf ("%u %s\n", status, rf_test_head_get_reason (status));

  if (!bodiless)
    rf_test_head_append (&answer->head, "Content-Type: text/plain\r\nContent-Length: %zu\r\n",
                         strlen (text));
  end_head (answer, keep_alive);
  if (!bodiless && with_body)
    rf_test_head_append (&answer->head, "%s", text);
}

static void
decide_status (RfTestAnswer *answer,
               const RfTestServerConfig *config,
               const RfTestRequest *request,
               guint status)
{
  begin_head (answer, status);
  if (status == 401)
    rf_test_auth_append_challenges (config, &answer->head);
  if (status == 405)
    rf_test_head_append (&answer->head, "Allow: GET, HEAD\r\n");
  if (status == 416)
    rf_test_head_append (&answer->head, "Content-Range: bytes */%" G_GUINT64_FORMAT "\r\n",
                         config->size);
  end_with_text (answer, status, request->method != RF_TEST_METHOD_HEAD,
                 request->keep_alive && request->method != RF_TEST_METHOD_OTHER);
}

static void
decide_redirect (RfTestAnswer *answer,
                 const RfTestServerConfig *config,
                 const RfTestRequest *request,
                 const char *location)
{
  guint status = config->redirect_status != 0 ? config->redirect_status : DEFAULT_REDIRECT;

  begin_head (answer, status);
  rf_test_head_append (&answer->head, "Location: %s\r\n", location);
  end_with_text (answer, status, request->method != RF_TEST_METHOD_HEAD, request->keep_alive);
}

static void
decide_failure (RfTestAnswer *answer,
                const RfTestServerConfig *config,
                const RfTestRequest *request,
                guint status)
{
  begin_head (answer, status);
  if (config->retry_after_text != NULL)
    rf_test_head_append (&answer->head, "Retry-After: %s\r\n", config->retry_after_text);
  else if (config->retry_after != 0)
    rf_test_head_append (&answer->head, "Retry-After: %u\r\n", config->retry_after);
  end_with_text (answer, status, request->method != RF_TEST_METHOD_HEAD, request->keep_alive);
}

/* Sets the answer's range from the request's; FALSE if no byte of the object is in it. */
static gboolean
resolve_range (RfTestAnswer *answer, const RfTestRange *range, guint64 size)
{
  answer->start = 0;
  answer->end = size;
  switch (range->kind)
    {
    case RF_TEST_RANGE_NONE:
      return TRUE;
    case RF_TEST_RANGE_SUFFIX:
      answer->start = size - MIN (range->suffix, size);
      break;
    case RF_TEST_RANGE_FROM:
      answer->start = range->first;
      break;
    case RF_TEST_RANGE_BETWEEN:
      answer->start = range->first;
      answer->end = MIN (range->end, size);
      break;
    }
  return answer->start < answer->end;
}

/* Where sending ends, and what then becomes of the connection. */
static void
decide_end (RfTestAnswer *answer,
            const RfTestServerConfig *config,
            RfTestFaultKind fault,
            guint64 number)
{
  guint64 length = answer->end - answer->start;
  guint64 place = rf_test_fault_place (config, number, length);

  answer->stop = answer->end;
  if (place >= length)
    return;
  switch (fault)
    {
    case RF_TEST_FAULT_STALL:
      answer->after = RF_TEST_AFTER_STALL;
      break;
    case RF_TEST_FAULT_CUT:
      answer->after = RF_TEST_AFTER_CLOSE;
      break;
    case RF_TEST_FAULT_RESET_BODY:
      answer->after = RF_TEST_AFTER_RESET;
      break;
    case RF_TEST_FAULT_NONE:
    case RF_TEST_FAULT_RESET:
    case RF_TEST_FAULT_HANG:
    case RF_TEST_FAULT_STATUS:
      return;
    }
  answer->stop = answer->start + place;
}

/* What an honest head says of the answer's bytes. */
static RfTestClaim
make_claim (const RfTestAnswer *answer,
            const RfTestServerConfig *config,
            const RfTestObject *object,
            gboolean partial)
{
  RfTestClaim claim = {
    /* An answer that only the end of the connection ends is what an HTTP/1.0 server would send. */
    .protocol = answer->coding == RF_TEST_CODING_UNTIL_CLOSE ? "HTTP/1.0" : "HTTP/1.1",
    .status = partial ? 206 : 200,
    .content_type = "application/octet-stream",
    .accept_ranges = config->mode == RF_TEST_SERVER_RANGES ? "bytes" : "none",
    .etag = object->etag,
    .last_modified = object->last_modified,
    .fields = object->fields,
    .chunked = answer->coding == RF_TEST_CODING_CHUNKED,
  };

  if (partial)
    g_snprintf (claim.content_range, sizeof claim.content_range,
                "bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                answer->start, answer->end - 1, config->size);
  if (answer->coding == RF_TEST_CODING_LENGTH)
    g_snprintf (claim.content_length, sizeof claim.content_length, "%" G_GUINT64_FORMAT,
                answer->end - answer->start);
  return claim;
}

/* The range to answer with. Sets the answer's coding. */
static RfTestRange
decide_range (RfTestAnswer *answer,
              const RfTestServerConfig *config,
              const RfTestObject *object,
              const RfTestRequest *request)
{
  const RfTestRange none = { .kind = RF_TEST_RANGE_NONE };

  if (config->mode == RF_TEST_SERVER_CHUNKED)
    answer->coding = RF_TEST_CODING_CHUNKED;
  else if (config->mode == RF_TEST_SERVER_CLOSE_DELIMITED)
    answer->coding = RF_TEST_CODING_UNTIL_CLOSE;
  else if (config->mode == RF_TEST_SERVER_RANGES && request->method == RF_TEST_METHOD_GET
           && (request->if_range.data == NULL
               || (object->etag[0] != '\0'
                   && rf_test_text_equal (request->if_range, object->etag))))
    return request->range;
  return none;
}

static void
decide_object (RfTestAnswer *answer,
               const RfTestServerConfig *config,
               const RfTestObject *object,
               const RfTestRequest *request,
               RfTestFaultKind fault,
               guint64 number)
{
  RfTestServerLie lie = rf_test_lie_pick (config, request, number);
  RfTestRange range = decide_range (answer, config, object, request);
  guint status = rf_test_lie_get_status (lie, &range);
  RfTestClaim claim;

  rf_test_lie_bend_request (lie, &answer->coding, &range);
  if (status == 0 && !resolve_range (answer, &range, config->size))
    status = 416;
  if (status != 0)
    {
      answer->start = answer->end = 0;
      decide_status (answer, config, request, status);
      return;
    }

  if (answer->coding == RF_TEST_CODING_CHUNKED)
    answer->behind = "0\r\n\r\n";
  claim = make_claim (answer, config, object, range.kind != RF_TEST_RANGE_NONE);
  rf_test_lie_bend_claim (lie, answer, &claim, config->size);
  rf_test_head_append_claim (&answer->head, &claim);
  end_head (answer, request->keep_alive && answer->coding != RF_TEST_CODING_UNTIL_CLOSE);
  rf_test_lie_bend_head (lie, answer);

  if (request->method == RF_TEST_METHOD_HEAD)
    {
      answer->start = answer->end = 0;
      answer->behind = NULL;
    }
  decide_end (answer, config, fault, number);
}

/* Whether the request is for a version of the object that it no longer is. */
static gboolean
fails_precondition (const RfTestRequest *request, const RfTestObject *object)
{
  return request->if_match.data != NULL
         && !rf_test_text_matches_etag (request->if_match,
                                        object->etag[0] != '\0' ? object->etag : NULL);
}

/* What a request gets that no fault strikes before its body. */
static void
decide_proper (RfTestAnswer *answer,
               const RfTestServerConfig *config,
               const RfTestRequest *request,
               RfTestFaultKind fault,
               guint64 number)
{
  const RfTestObject object = rf_test_object_get (config, number);
  g_autofree char *location = rf_test_redirect_get_location (config, request, number);

  answer->version = object.version;
  if (request->method == RF_TEST_METHOD_OTHER)
    decide_status (answer, config, request, 405);
  else if (!rf_test_auth_accepts (config, request))
    decide_status (answer, config, request, 401);
  else if (location != NULL)
    decide_redirect (answer, config, request, location);
  else if (rf_test_redirect_has_expired (config, request, number))
    decide_status (answer, config, request, 403);
  else if (config->mode == RF_TEST_SERVER_STATUS)
    decide_failure (answer, config, request, config->status != 0 ? config->status : DEFAULT_STATUS);
  else if (fails_precondition (request, &object))
    decide_status (answer, config, request, 412);
  else
    decide_object (answer, config, &object, request, fault, number);
}

static void
init (RfTestAnswer *answer)
{
  memset (answer, 0, sizeof *answer);
  answer->head = g_strdup ("");
}

void
rf_test_answer_decide (RfTestAnswer *answer,
                       const RfTestServerConfig *config,
                       const RfTestRequest *request,
                       guint64 number)
{
  RfTestFault fault = rf_test_fault_pick (config, number);

  init (answer);
  answer->rate = fault.slow ? config->slow_rate : config->rate;

  if (fault.kind == RF_TEST_FAULT_RESET)
    answer->after = RF_TEST_AFTER_RESET;
  else if (fault.kind == RF_TEST_FAULT_HANG)
    answer->after = RF_TEST_AFTER_STALL;
  else if (fault.kind == RF_TEST_FAULT_STATUS)
    decide_failure (answer, config, request, fault.status);
  else
    decide_proper (answer, config, request, fault.kind, number);
  if (answer->head_length == 0)
    answer->head_length = strlen (answer->head);
}

void
rf_test_answer_put_off (RfTestAnswer *answer,
                        const RfTestServerConfig *config,
                        const RfTestRequest *request)
{
  init (answer);
  decide_failure (answer, config, request,
                  config->max_requests_status != 0 ? config->max_requests_status : DEFAULT_STATUS);
  answer->head_length = strlen (answer->head);
}

void
rf_test_answer_refuse (RfTestAnswer *answer, guint status)
{
  init (answer);
  begin_head (answer, status);
  end_with_text (answer, status, TRUE, FALSE);
  answer->head_length = strlen (answer->head);
}

void
rf_test_answer_clear (RfTestAnswer *answer)
{
  g_free (answer->head);
  g_free (answer->before);
}
