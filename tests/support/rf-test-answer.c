/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The order of decisions is that of RFC 9110, section 13.2.2, with the faults before it. */

#include "rf-test-answer.h"

#include "rf-test-fault.h"

#include <string.h>

#define DEFAULT_STATUS 503

static const char *
reason (guint status)
{
  static const struct
  {
    guint status;
    const char *text;
  } reasons[] = {
    { 200, "OK" },
    { 206, "Partial Content" },
    { 302, "Found" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 410, "Gone" },
    { 412, "Precondition Failed" },
    { 416, "Range Not Satisfiable" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].status == status)
      return reasons[i].text;
  return "Status";
}

/* No GString: GLib recycles its memory between threads in a way that ThreadSanitizer cannot follow. */
static G_GNUC_PRINTF (2, 3) void append (RfTestAnswer *answer, const char *format, ...)
{
  g_autofree char *before = answer->head;
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  answer->head = g_strconcat (before, text, NULL);
}

static void
begin_head (RfTestAnswer *answer, guint status)
{
  /* An answer that only the end of the connection ends is what an HTTP/1.0 server would send. */
  const char *version = answer->coding == RF_TEST_CODING_UNTIL_CLOSE ? "1.0" : "1.1";

  append (answer, "HTTP/%s %u %s\r\n", version, status, reason (status));
}

static void
end_head (RfTestAnswer *answer, gboolean keep_alive)
{
  if (!keep_alive)
    {
      append (answer, "Connection: close\r\n");
      answer->after = RF_TEST_AFTER_CLOSE;
    }
  append (answer, "\r\n");
}

/* Ends the head of an answer that is not the object, and adds its text. */
static void
end_with_text (RfTestAnswer *answer, guint status, gboolean with_body, gboolean keep_alive)
{
  gboolean bodiless = status == 204 || status == 304;
  g_autofree char *text = g_strdup_printf ("%u %s\n", status, reason (status));

  if (!bodiless)
    append (answer, "Content-Type: text/plain\r\nContent-Length: %zu\r\n", strlen (text));
  end_head (answer, keep_alive);
  if (!bodiless && with_body)
    append (answer, "%s", text);
}

static void
decide_status (RfTestAnswer *answer,
               const RfTestServerConfig *config,
               const RfTestRequest *request,
               guint status)
{
  begin_head (answer, status);
  if (status == 405)
    append (answer, "Allow: GET, HEAD\r\n");
  if (status == 416)
    append (answer, "Content-Range: bytes */%" G_GUINT64_FORMAT "\r\n", config->size);
  if (status == 302)
    append (answer, "Location: %s\r\n", config->redirect_to);
  end_with_text (answer, status, request->method != RF_TEST_METHOD_HEAD,
                 request->keep_alive && request->method != RF_TEST_METHOD_OTHER);
}

static void
decide_failure (RfTestAnswer *answer,
                const RfTestServerConfig *config,
                const RfTestRequest *request,
                guint status)
{
  begin_head (answer, status);
  if (config->retry_after != 0)
    append (answer, "Retry-After: %u\r\n", config->retry_after);
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

static void
write_object_head (RfTestAnswer *answer,
                   const RfTestServerConfig *config,
                   const char *etag,
                   gboolean partial)
{
  begin_head (answer, partial ? 206 : 200);
  append (answer, "Content-Type: application/octet-stream\r\n");
  if (config->mode == RF_TEST_SERVER_RANGES)
    append (answer, "Accept-Ranges: bytes\r\n");
  else
    append (answer, "Accept-Ranges: none\r\n");
  if (etag != NULL)
    append (answer, "ETag: %s\r\n", etag);
  if (partial)
    append (answer,
            "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
            "\r\n",
            answer->start, answer->end - 1, config->size);
  if (answer->coding == RF_TEST_CODING_LENGTH)
    append (answer, "Content-Length: %" G_GUINT64_FORMAT "\r\n", answer->end - answer->start);
  else if (answer->coding == RF_TEST_CODING_CHUNKED)
    append (answer, "Transfer-Encoding: chunked\r\n");
}

static void
decide_object (RfTestAnswer *answer,
               const RfTestServerConfig *config,
               const char *etag,
               const RfTestRequest *request,
               RfTestFaultKind fault,
               guint64 number)
{
  RfTestRange range = { .kind = RF_TEST_RANGE_NONE };

  if (config->mode == RF_TEST_SERVER_CHUNKED)
    answer->coding = RF_TEST_CODING_CHUNKED;
  else if (config->mode == RF_TEST_SERVER_CLOSE_DELIMITED)
    answer->coding = RF_TEST_CODING_UNTIL_CLOSE;
  else if (config->mode == RF_TEST_SERVER_RANGES && request->method == RF_TEST_METHOD_GET
           && (request->if_range.data == NULL
               || (etag != NULL && rf_test_text_equal (request->if_range, etag))))
    range = request->range;

  if (!resolve_range (answer, &range, config->size))
    {
      answer->start = answer->end = 0;
      decide_status (answer, config, request, 416);
      return;
    }

  write_object_head (answer, config, etag, range.kind != RF_TEST_RANGE_NONE);
  end_head (answer, request->keep_alive && answer->coding != RF_TEST_CODING_UNTIL_CLOSE);

  if (request->method == RF_TEST_METHOD_HEAD)
    {
      answer->start = answer->end = 0;
      answer->coding = RF_TEST_CODING_LENGTH;
    }
  decide_end (answer, config, fault, number);
}

static gboolean
is_redirect (const RfTestServerConfig *config, const RfTestRequest *request)
{
  const char *query = memchr (request->target.data, '?', request->target.length);
  RfTestText path = request->target;

  if (query != NULL)
    path.length = (gsize)(query - path.data);
  return config->redirect_to != NULL && rf_test_text_equal (path, "/redirect");
}

void
rf_test_answer_decide (RfTestAnswer *answer,
                       const RfTestServerConfig *config,
                       const char *etag,
                       const RfTestRequest *request,
                       guint64 number)
{
  RfTestFault fault = rf_test_fault_pick (config, number);

  memset (answer, 0, sizeof *answer);
  answer->head = g_strdup ("");
  answer->rate = fault.slow ? config->slow_rate : config->rate;

  if (fault.kind == RF_TEST_FAULT_RESET)
    answer->after = RF_TEST_AFTER_RESET;
  else if (fault.kind == RF_TEST_FAULT_HANG)
    answer->after = RF_TEST_AFTER_STALL;
  else if (fault.kind == RF_TEST_FAULT_STATUS)
    decide_failure (answer, config, request, fault.status);
  else if (request->method == RF_TEST_METHOD_OTHER)
    decide_status (answer, config, request, 405);
  else if (is_redirect (config, request))
    decide_status (answer, config, request, 302);
  else if (config->mode == RF_TEST_SERVER_STATUS)
    decide_failure (answer, config, request, config->status != 0 ? config->status : DEFAULT_STATUS);
  else if (request->if_match.data != NULL && !rf_test_text_matches_etag (request->if_match, etag))
    decide_status (answer, config, request, 412);
  else
    decide_object (answer, config, etag, request, fault.kind, number);
}

void
rf_test_answer_refuse (RfTestAnswer *answer, guint status)
{
  memset (answer, 0, sizeof *answer);
  answer->head = g_strdup ("");
  begin_head (answer, status);
  end_with_text (answer, status, TRUE, FALSE);
}

void
rf_test_answer_clear (RfTestAnswer *answer)
{
  g_free (answer->head);
}
