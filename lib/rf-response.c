/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every answer is held against what was asked and what is known: a byte is taken only when status,
 * range, total size and validator agree on where it belongs. Headers are hostile until then. */

#include "rf-response-private.h"

#include "rf-backoff-private.h"
#include "rf-error.h"

#include <string.h>

#define CHANGED_MESSAGE "The resource changed while it was read; start again"

void
rf_resource_clear (RfResource *self)
{
  g_clear_pointer (&self->etag, g_free);
  g_clear_pointer (&self->uri, g_free);
  *self = (RfResource){ .size = RF_SIZE_UNKNOWN };
}

/* What stands in the quotes, with them, is the same in a strong and a weak validator. */
static const char *
skip_weakness (const char *etag)
{
  return g_str_has_prefix (etag, "W/") ? etag + 2 : etag;
}

const char *
rf_response_get_etag (const RfResponseHead *head)
{
  const char *opaque = head->etag != NULL ? skip_weakness (head->etag) : "";
  gsize length = strlen (opaque);

  if (length < 2 || opaque[0] != '"' || opaque[length - 1] != '"')
    return NULL;
  for (gsize i = 1; i < length - 1; i++)
    if (opaque[i] == '"' || opaque[i] == ' ' || g_ascii_iscntrl (opaque[i]))
      return NULL;
  return head->etag;
}

const char *
rf_resource_get_if_match (const RfResource *self)
{
  return self->etag != NULL && self->etag[0] == '"' ? self->etag : NULL;
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
    g_set_error_literal (error, RF_ERROR, RF_ERROR_CHANGED, CHANGED_MESSAGE);
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
  const char *etag = rf_response_get_etag (head);

  if (!resource->known)
    return TRUE;
  /* What is not even weakly the same is certainly another version. */
  if (resource->etag != NULL && etag != NULL
      && strcmp (skip_weakness (etag), skip_weakness (resource->etag)) != 0)
    return FALSE;
  return resource->size == RF_SIZE_UNKNOWN || total == RF_SIZE_UNKNOWN || total == resource->size;
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
      refuse (error, RF_ERROR_PROTOCOL,
              "The server sent a header field twice, with different values");
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
  if (!is_same_version (head, resource, content->total))
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
  if (!is_same_version (head, resource, size))
    return refuse (error, RF_ERROR_CHANGED, CHANGED_MESSAGE);
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
      return refuse_status (head, error);
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
    case 406: /* Not Acceptable */
      if (request->ranged && !resource->known)
        return RF_ANSWER_WITHOUT_RANGE;
      return refuse_status (head, error);
    default:
      return refuse_status (head, error);
    }
}
