/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every answer is held against what was asked and what is known: a byte is taken only when status,
 * range, total size and validator agree on where it belongs. Headers are hostile until then. */

#include "rf-response-private.h"

#include "rf-backoff-private.h"
#include "rf-error.h"

#include <string.h>

#define CHANGED_MESSAGE "The resource changed while it was read; start again"

#define AMBIGUOUS_MESSAGE "The server sent a header field twice, with different values"

#define MULTIPART "multipart/byteranges"

static RfError
error_code_for_status (guint status)
{
  switch (status)
    {
    case 404: /* Not Found */
    case 410: /* Gone */
      return RF_ERROR_NOT_FOUND;
    case 401: /* Unauthorized */
    case 402: /* Payment Required */
    case 403: /* Forbidden */
    case 407: /* Proxy Authentication Required */
      return RF_ERROR_NOT_AUTHORIZED;
    default:
      return RF_ERROR_STATUS;
    }
}

const char *
rf_response_get_reason (const RfResponseHead *head)
{
  static const struct
  {
    guint status;
    const char *reason;
  } usual[] = {
    { 201, "Created" },
    { 202, "Accepted" },
    { 203, "Non-Authoritative Information" },
    { 204, "No Content" },
    { 205, "Reset Content" },
    { 300, "Multiple Choices" },
    { 301, "Moved Permanently" },
    { 302, "Found" },
    { 303, "See Other" },
    { 304, "Not Modified" },
    { 307, "Temporary Redirect" },
    { 308, "Permanent Redirect" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 402, "Payment Required" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 407, "Proxy Authentication Required" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 411, "Length Required" },
    { 412, "Precondition Failed" },
    { 413, "Content Too Large" },
    { 414, "URI Too Long" },
    { 415, "Unsupported Media Type" },
    { 416, "Range Not Satisfiable" },
    { 417, "Expectation Failed" },
    { 421, "Misdirected Request" },
    { 422, "Unprocessable Content" },
    { 425, "Too Early" },
    { 426, "Upgrade Required" },
    { 428, "Precondition Required" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 451, "Unavailable For Legal Reasons" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 505, "HTTP Version Not Supported" },
    { 507, "Insufficient Storage" },
    { 511, "Network Authentication Required" },
  };

  if (head->reason != NULL && head->reason[0] != '\0')
    return head->reason;
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (usual[i].status == head->status)
      return usual[i].reason;
  return "Unknown Status";
}

static RfAnswer
refuse_status (const RfResponseHead *head, GError **error)
{
  g_set_error (error, RF_ERROR, (int)error_code_for_status (head->status),
               "The server answered %u %s", head->status, rf_response_get_reason (head));
  if (rf_backoff_status_is_transient (head->status))
    return RF_ANSWER_TRANSIENT;
  switch (head->status)
    {
    case 400: /* what some stores say of a signature that is too old */
    case 401:
    case 403:
    case 404:
    case 410:
      return RF_ANSWER_REFUSED;
    default:
      return RF_ANSWER_PERMANENT;
    }
}

static RfAnswer refuse (GError **error, RfError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static RfAnswer
refuse (GError **error, RfError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (RF_ERROR, (int)code, format, arguments));
  va_end (arguments);
  return RF_ANSWER_PERMANENT;
}

/* An answer to a request for a range that cannot be right. The first one may come from a server that
 * cannot count, as some do beyond the end of a small resource: the whole of it shows. */
static RfAnswer
distrust (const RfRequest *request, const RfResource *resource, GError **error, const char *message)
{
  if (!resource->known && request->ranged && request->range.start == 0)
    return RF_ANSWER_WITHOUT_RANGE;
  return refuse (error, RF_ERROR_PROTOCOL, "%s", message);
}

/* The body is plain and has a length that can be, as far as it is told (RF_SIZE_UNKNOWN: it is not). */
static gboolean
check_body (const RfResponseHead *head, guint64 *length, GError **error)
{
  *length = RF_SIZE_UNKNOWN;
  if (head->is_ambiguous)
    {
      refuse (error, RF_ERROR_PROTOCOL, AMBIGUOUS_MESSAGE);
      return FALSE;
    }
  if (head->content_encoding != NULL
      && g_ascii_strcasecmp (head->content_encoding, "identity") != 0)
    {
      refuse (error, RF_ERROR_PROTOCOL,
              "The server sent an encoded body although only the plain one is accepted");
      return FALSE;
    }
  if (head->content_length != NULL
      && !rf_parse_size (head->content_length, strlen (head->content_length), length))
    {
      refuse (error, RF_ERROR_PROTOCOL,
              "The server sent a Content-Length that is no number of bytes");
      return FALSE;
    }
  return TRUE;
}

/* A 206, or a 200 with the Content-Range of one. */
static RfAnswer
judge_part (const RfResponseHead *head,
            const RfRequest *request,
            const RfResource *resource,
            RfContentRange *content,
            GError **error)
{
  guint64 length;

  if (!check_body (head, &length, error))
    return RF_ANSWER_PERMANENT;
  if (!request->ranged)
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server sent a part (206) where all of it was asked for");
  if (head->content_type != NULL
      && g_ascii_strncasecmp (head->content_type, MULTIPART, strlen (MULTIPART)) == 0)
    return distrust (request, resource, error,
                     "The server sent several parts (" MULTIPART ") where one was asked for");
  if (head->content_range == NULL)
    return distrust (request, resource, error, "The server sent a part (206) without saying which");
  if (!rf_content_range_parse (head->content_range, strlen (head->content_range), content)
      || !content->satisfied)
    return distrust (request, resource, error, "The server sent a malformed Content-Range");
  if (content->range.start != request->range.start
      || content->range.end > MIN (request->range.end, content->total))
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server sent another range (\"%s\") than the one asked for",
                   head->content_range);
  if (!rf_resource_is_same_version (resource, head, content->total))
    return refuse (error, RF_ERROR_CHANGED, CHANGED_MESSAGE);
  if (length != RF_SIZE_UNKNOWN && length != rf_range_length (content->range))
    return distrust (request, resource, error,
                     "The server sent a body of another length than its Content-Range");
  /* Without a total nobody knows where the parts end: one stream is the safe way. */
  if (content->total == RF_SIZE_UNKNOWN && !resource->known)
    return RF_ANSWER_WITHOUT_RANGE;
  return RF_ANSWER_PART;
}

static RfAnswer
judge_whole (const RfResponseHead *head,
             const RfRequest *request,
             const RfResource *resource,
             RfContentRange *content,
             GError **error)
{
  guint64 size;

  if (!check_body (head, &size, error))
    return RF_ANSWER_PERMANENT;
  if (resource->known && resource->ranges)
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server sent the whole resource where it had sent ranges before");
  if (!rf_resource_is_same_version (resource, head, size))
    return refuse (error, RF_ERROR_CHANGED, CHANGED_MESSAGE);
  if (size != RF_SIZE_UNKNOWN && resource->claimed != 0 && size != resource->claimed)
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server contradicts itself about the size of the resource");
  if (request->range.start > 0)
    return refuse (error, RF_ERROR_NOT_SEEKABLE,
                   "The server does not support ranges, so reading can only begin at the start");
  *content = (RfContentRange){ .satisfied = TRUE, .range = { 0, size }, .total = size };
  return RF_ANSWER_WHOLE;
}

static RfAnswer
judge_unsatisfiable (const RfResponseHead *head,
                     const RfRequest *request,
                     const RfResource *resource,
                     RfContentRange *content,
                     GError **error)
{
  gboolean told
      = head->content_range != NULL
        && rf_content_range_parse (head->content_range, strlen (head->content_range), content)
        && !content->satisfied;

  if (!request->ranged)
    return refuse_status (head, error);
  if (resource->known)
    {
      /* A page of an error has a validator of its own: the size alone tells. */
      if (told && resource->size != RF_SIZE_UNKNOWN && content->total != resource->size)
        return refuse (error, RF_ERROR_CHANGED, CHANGED_MESSAGE);
      return refuse (error, RF_ERROR_STATUS,
                     "The server refused a range of the resource that it has: %u %s", head->status,
                     rf_response_get_reason (head));
    }
  /* Without a total, or with one that contradicts the refusal, a plain request decides. */
  if (!told || request->range.start < content->total)
    return RF_ANSWER_WITHOUT_RANGE;
  return RF_ANSWER_NO_BYTES;
}

RfAnswer
rf_response_judge (const RfResponseHead *head,
                   const RfRequest *request,
                   const RfResource *resource,
                   RfContentRange *content,
                   GError **error)
{
  *content = (RfContentRange){ .total = RF_SIZE_UNKNOWN };
  switch (head->status)
    {
    case 200: /* OK */
      /* Some servers send a part with the status of the whole. */
      if (head->content_range != NULL && request->ranged)
        return judge_part (head, request, resource, content, error);
      return judge_whole (head, request, resource, content, error);
    case 206: /* Partial Content */
      return judge_part (head, request, resource, content, error);
    case 416: /* Range Not Satisfiable */
      return judge_unsatisfiable (head, request, resource, content, error);
    case 301: /* Moved Permanently */
    case 302: /* Found */
    case 303: /* See Other */
    case 307: /* Temporary Redirect */
    case 308: /* Permanent Redirect */
      if (head->location == NULL)
        return refuse_status (head, error);
      /* Who chooses one of two places may be led to another one than a cache or filter has seen. */
      if (head->is_ambiguous)
        return refuse (error, RF_ERROR_PROTOCOL, AMBIGUOUS_MESSAGE);
      return RF_ANSWER_REDIRECT;
    case 406: /* Not Acceptable */
      if (request->ranged && !resource->known)
        return RF_ANSWER_WITHOUT_RANGE;
      return refuse_status (head, error);
    case 412: /* Precondition Failed */
      if (request->if_match != NULL)
        return refuse (error, RF_ERROR_CHANGED, CHANGED_MESSAGE);
      return refuse_status (head, error);
    default:
      return refuse_status (head, error);
    }
}
