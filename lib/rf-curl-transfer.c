/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The callbacks of one request. The write callback copies each piece to where the sink wants it, which is
 * the only copy that a body byte sees in this process; what one wake-up has brought is committed at once,
 * so that the sink is not called for every 16 KiB. */

#include "rf-curl-transfer-private.h"

#include "rf-curl-failure-private.h"
#include "rf-curl-options-private.h"
#include "rf-error.h"

#include <string.h>

/* Of all heads of a response, those of 1xx answers and of refusals before it among them. The largest that
 * servers send by default have 16 KiB. */
#define MAX_HEAD_SIZE ((gsize)128 * 1024)

void
rf_curl_transfer_mark_dirty (RfCurlTransfer *self)
{
  if (self->is_dirty)
    return;
  self->is_dirty = TRUE;
  self->next_dirty = *self->dirty_list;
  *self->dirty_list = self;
}

/* The value of a field; NULL: there is none, or nothing in it. Sets `differs` if it is there again with
 * another. */
static const char *
find_header (CURL *easy, const char *name, gboolean *differs)
{
  struct curl_header *header;
  const char *value;
  size_t amount;

  if (curl_easy_header (easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return NULL;
  value = header->value;
  amount = header->amount;
  for (size_t i = 1; i < amount; i++)
    if (curl_easy_header (easy, name, i, CURLH_HEADER, -1, &header) != CURLHE_OK
        || strcmp (header->value, value) != 0)
      *differs = TRUE;
  /* libcurl leaves a carriage return of a field that is empty. */
  return value[strspn (value, " \t\r\n")] != '\0' ? value : NULL;
}

void
rf_curl_transfer_commit (RfCurlTransfer *self)
{
  gsize written = self->written;

  self->written = 0;
  self->room = 0;
  if (written > 0)
    self->request->funcs->commit (self->request->sink, written);
}

/* Which way to prove who asks the server wanted; none if it did not. */
static RfAuth
get_auth (RfCurlTransfer *self)
{
  long available = 0;

  curl_easy_getinfo (self->easy, CURLINFO_HTTPAUTH_AVAIL, &available);
  if (available & CURLAUTH_DIGEST)
    return RF_AUTH_DIGEST;
  return available & CURLAUTH_BASIC ? RF_AUTH_BASIC : RF_AUTH_NONE;
}

/* Hands the head to the sink. Returns whether to go on. */
static gboolean
take_head (RfCurlTransfer *self)
{
  RfResponseHead head = { .reason = self->reason, .auth = get_auth (self) };
  long status = 0;

  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  head.status = (guint)status;
  for (guint i = 0; i < RF_NUM_RESPONSE_FIELDS; i++)
    {
      const RfResponseField *field = &rf_response_fields[i];
      gboolean differs = FALSE;

      *rf_response_field_get_place (field, &head) = find_header (self->easy, field->name, &differs);
      head.is_ambiguous |= differs && !field->is_only_hint;
    }
  switch (self->request->funcs->head (self->request->sink, &head))
    {
    case RF_BODY_ACCEPT:
      self->state = RF_CURL_TRANSFER_BODY;
      return TRUE;
    case RF_BODY_DRAIN:
      self->state = RF_CURL_TRANSFER_DRAINING;
      return TRUE;
    case RF_BODY_ABORT:
      break;
    }
  self->state = RF_CURL_TRANSFER_ENDED;
  return FALSE;
}

/* A head is complete. Not that of a 1xx answer is handed on, and a demand for credentials only when libcurl
 * does not answer it, which shows when its body or its end comes. */
static gboolean
end_head (RfCurlTransfer *self)
{
  long status = 0;

  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200)
    return TRUE;
  if ((status == 401 && rf_curl_options_have_user (self->request)) || status == 407)
    {
      self->state = RF_CURL_TRANSFER_ASKED;
      return TRUE;
    }
  return take_head (self);
}

/* Keeps the reason phrase of a status line ("HTTP/1.1 404 Not Found"), as far as it can be shown. */
static void
keep_reason (RfCurlTransfer *self, const char *line, gsize length)
{
  const char *code = memchr (line, ' ', length);
  const char *end = line + length;
  const char *reason = code != NULL ? memchr (code + 1, ' ', (gsize)(end - code - 1)) : NULL;

  if (reason != NULL)
    rf_response_keep_reason (self->reason, reason + 1, (gsize)(end - reason - 1));
  else
    self->reason[0] = '\0';
}

static size_t
on_header (char *line, size_t size, size_t count, void *user_data)
{
  RfCurlTransfer *self = user_data;
  gsize length = size * count;
  gboolean is_last = length == 0 || line[0] == '\r' || line[0] == '\n';

  self->head_size += length;
  if (self->head_size > MAX_HEAD_SIZE)
    {
      self->error
          = g_error_new (RF_ERROR, RF_ERROR_PROTOCOL,
                         "The head of the server's answer is larger than %" G_GSIZE_FORMAT " KiB",
                         MAX_HEAD_SIZE / 1024);
      return 0;
    }
  if (length > 5 && memcmp (line, "HTTP/", 5) == 0)
    {
      keep_reason (self, line, length);
      if (self->state == RF_CURL_TRANSFER_ASKED)
        self->state = RF_CURL_TRANSFER_HEAD;
    }
  if (is_last && self->state == RF_CURL_TRANSFER_HEAD && !end_head (self))
    return 0;
  return length;
}

static size_t
write_body (RfCurlTransfer *self, const char *data, gsize length)
{
  gsize done = self->skip;

  self->skip = 0;
  while (done < length)
    {
      gsize piece;

      if (self->room == 0)
        {
          gboolean wait = FALSE;

          rf_curl_transfer_commit (self);
          self->dest = self->request->funcs->space (self->request->sink, &self->room, &wait);
          if (self->dest == NULL)
            {
              self->room = 0;
              self->skip = done;
              if (wait)
                return CURL_WRITEFUNC_PAUSE;
              self->state = RF_CURL_TRANSFER_ENDED;
              return 0;
            }
        }
      piece = MIN (self->room, length - done);
      memcpy (self->dest, data + done, piece);
      self->dest += piece;
      self->room -= piece;
      self->written += piece;
      done += piece;
    }
  if (self->written > 0)
    rf_curl_transfer_mark_dirty (self);
  return length;
}

static size_t
on_body (char *data, size_t size, size_t count, void *user_data)
{
  RfCurlTransfer *self = user_data;
  gsize length = size * count;

  if (self->state == RF_CURL_TRANSFER_ASKED && !take_head (self))
    return 0;
  switch (self->state)
    {
    case RF_CURL_TRANSFER_BODY:
      return write_body (self, data, length);
    case RF_CURL_TRANSFER_DRAINING:
      self->drained += length;
      return self->drained <= RF_MAX_DRAIN ? length : 0;
    case RF_CURL_TRANSFER_HEAD:
    case RF_CURL_TRANSFER_ASKED:
    case RF_CURL_TRANSFER_ENDED:
      break;
    }
  return 0;
}

guint
rf_curl_transfer_count_connections (RfCurlTransfer *self)
{
  long connections = 0;

  curl_easy_getinfo (self->easy, CURLINFO_NUM_CONNECTS, &connections);
  return self->request->num_connections + (guint)connections;
}

gboolean
rf_curl_transfer_was_sent (RfCurlTransfer *self)
{
  curl_off_t sent = 0;

  curl_easy_getinfo (self->easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
  return sent > 0;
}

RfResult
rf_curl_transfer_judge (RfCurlTransfer *self, CURLcode code)
{
  RfResult result = { .connections = rf_curl_transfer_count_connections (self) };

  /* A demand for credentials that has no body. */
  if (code == CURLE_OK && self->state == RF_CURL_TRANSFER_ASKED)
    take_head (self);
  if (self->error != NULL)
    {
      result.outcome = RF_OUTCOME_PERMANENT;
      result.error = g_steal_pointer (&self->error);
    }
  else if (self->state == RF_CURL_TRANSFER_ENDED && (code == CURLE_OK || code == CURLE_WRITE_ERROR))
    {
      result.outcome = RF_OUTCOME_CANCELLED;
    }
  else if ((code == CURLE_OK && self->state != RF_CURL_TRANSFER_HEAD)
           || (code == CURLE_WRITE_ERROR && self->state == RF_CURL_TRANSFER_DRAINING))
    {
      result.outcome = RF_OUTCOME_COMPLETE;
    }
  else
    {
      const RfCurlFailure failure = {
        .easy = self->easy,
        .request = self->request,
        .code = code,
        .text = self->error_text,
        .has_head = self->state != RF_CURL_TRANSFER_HEAD,
      };

      result.outcome = rf_curl_failure_judge (&failure, &result.error);
    }
  return result;
}

void
rf_curl_transfer_settle (RfCurlTransfer *self)
{
  RfCurlTransfer **place = self->dirty_list;

  if (!self->is_dirty)
    return;
  while (*place != self)
    place = &(*place)->next_dirty;
  *place = self->next_dirty;
  self->is_dirty = FALSE;
}

RfCurlTransfer *
rf_curl_transfer_new (CURL *easy,
                      RfCurlShare *share,
                      RfRequest *request,
                      RfCurlTransfer **dirty_list)
{
  RfCurlTransfer *self = g_new0 (RfCurlTransfer, 1);

  self->easy = easy;
  self->request = request;
  self->dirty_list = dirty_list;
  self->headers = rf_curl_options_set (easy, share, request);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, self->error_text);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, self);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, self);
  curl_easy_setopt (easy, CURLOPT_PRIVATE, self);
  return self;
}

CURL *
rf_curl_transfer_free (RfCurlTransfer *self)
{
  CURL *easy = self->easy;

  rf_curl_transfer_settle (self);
  curl_easy_reset (easy);
  curl_slist_free_all (self->headers);
  g_clear_error (&self->error);
  g_free (self);
  return easy;
}
