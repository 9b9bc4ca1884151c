/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every answer is held against what was asked and what is known: a byte is taken only when status,
 * range, total size and validator agree on where it belongs. Headers are hostile until then. */

#include "rf-response-private.h"

#include "rf-backoff-private.h"
#include "rf-error.h"

#include <string.h>

void
rf_resource_clear (RfResource *self)
{
  g_clear_pointer (&self->etag, g_free);
  g_clear_pointer (&self->uri, g_free);
  *self = (RfResource){ .size = RF_SIZE_UNKNOWN };
}

const char *
rf_response_get_strong_etag (const RfResponseHead *head)
{
  return head->etag != NULL && head->etag[0] == '"' ? head->etag : NULL;
}

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
    case 412: /* Precondition Failed */
      return RF_ERROR_CHANGED;
    default:
      return RF_ERROR_STATUS;
    }
}

static RfAnswer
refuse_status (const RfResponseHead *head, GError **error)
{
  RfError code = error_code_for_status (head->status);

  if (code == RF_ERROR_CHANGED)
    g_set_error_literal (error, RF_ERROR, RF_ERROR_CHANGED,
                         "The resource changed while it was read; start again");
  else
    g_set_error (error, RF_ERROR, code, "The server answered %u %s", head->status, head->reason);
  return rf_backoff_status_is_transient (head->status) ? RF_ANSWER_TRANSIENT : RF_ANSWER_PERMANENT;
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

/* A later answer must be of the version that the first one was of. */
static gboolean
is_same_version (const RfResponseHead *head, const RfResource *resource, guint64 total)
{
  const char *etag = rf_response_get_strong_etag (head);

  if (!resource->known)
    return TRUE;
  if (resource->etag != NULL && etag != NULL && strcmp (etag, resource->etag) != 0)
    return FALSE;
  return resource->size == RF_SIZE_UNKNOWN || total == RF_SIZE_UNKNOWN || total == resource->size;
}

/* A 206, or a 200 with the Content-Range of one. */
static RfAnswer
judge_part (const RfResponseHead *head,
            const RfRequest *request,
            const RfResource *resource,
            const RfContentRange *content,
            GError **error)
{
  if (!content->satisfied || content->range.start != request->range.start
      || content->range.end > MIN (request->range.end, content->total))
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server sent another range (\"%s\") than the one asked for",
                   head->content_range);
  if (!is_same_version (head, resource, content->total))
    return refuse (error, RF_ERROR_CHANGED, "The resource changed while it was read; start again");
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
  guint64 size = RF_SIZE_UNKNOWN;

  if (head->content_length != NULL
      && !rf_parse_size (head->content_length, strlen (head->content_length), &size))
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server sent a Content-Length that is no number of bytes");
  if (resource->known && resource->ranges)
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server sent the whole resource where it had sent ranges before");
  if (!is_same_version (head, resource, size))
    return refuse (error, RF_ERROR_CHANGED, "The resource changed while it was read; start again");
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
                     const RfContentRange *content,
                     GError **error)
{
  if (!request->ranged || resource->known)
    return refuse_status (head, error);
  /* Without a total, or with one that contradicts the refusal, a plain request decides. */
  if (content->satisfied || request->range.start < content->total)
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
  gboolean has_range = head->content_range != NULL;

  *content = (RfContentRange){ .total = RF_SIZE_UNKNOWN };
  if (has_range
      && !rf_content_range_parse (head->content_range, strlen (head->content_range), content))
    return refuse (error, RF_ERROR_PROTOCOL, "The server sent a malformed Content-Range");
  if (head->content_encoding != NULL
      && g_ascii_strcasecmp (head->content_encoding, "identity") != 0)
    return refuse (error, RF_ERROR_PROTOCOL,
                   "The server sent an encoded body (%s) although only the plain one is accepted",
                   head->content_encoding);

  switch (head->status)
    {
    case 200: /* OK */
      if (has_range && request->ranged)
        return judge_part (head, request, resource, content, error);
      return judge_whole (head, request, resource, content, error);
    case 206: /* Partial Content */
      if (!has_range || !request->ranged)
        return refuse (error, RF_ERROR_PROTOCOL,
                       "The server sent a part (206) without saying which");
      return judge_part (head, request, resource, content, error);
    case 416: /* Range Not Satisfiable */
      return judge_unsatisfiable (head, request, resource, content, error);
    case 406: /* Not Acceptable */
      if (request->ranged && !resource->known)
        return RF_ANSWER_WITHOUT_RANGE;
      return refuse_status (head, error);
    default:
      return refuse_status (head, error);
    }
}
