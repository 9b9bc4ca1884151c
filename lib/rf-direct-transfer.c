/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The way of one request: its head goes out, that of the answer is read with what happens to come with it, and
 * the body is received into the sink's memory. What one wake-up has brought is committed at once. */

#include "rf-direct-transfer-private.h"

#include "rf-curl-failure-private.h"
#include "rf-head-reader-private.h"

#include <string.h>

/* Read at a time where a head may end: what is behind it has to be copied. */
#define HEAD_READ_SIZE 4096

/* The same of a body that has no length, and of one that is thrown away. */
#define BUFFER_SIZE 16384

/* One connection brings no more than this before others have their turn. */
#define READ_AT_ONCE ((gsize)1024 * 1024)

static void
commit (RfDirectTransfer *self)
{
  gsize written = self->written;

  self->written = 0;
  self->room = 0;
  if (written > 0)
    self->request->funcs->commit (self->request->sink, written);
}

static RfDirectStep
end (RfDirectTransfer *self, RfOutcome outcome)
{
  self->result.outcome = outcome;
  return RF_STEP_ENDED;
}

/* In libcurl's words, or in those of its that fit; NULL: it has said something itself. */
static RfDirectStep
fail (RfDirectTransfer *self, CURLcode code, const char *words)
{
  const RfCurlFailure failure = {
    .easy = self->connection->easy,
    .request = self->request,
    .code = code,
    .text = words != NULL ? words : self->connection->error_text,
    .has_head = self->state > RF_DIRECT_HEAD,
  };

  return end (self, rf_curl_failure_judge (&failure, &self->result.error));
}

RfDirectStep
rf_direct_transfer_be_deaf (RfDirectTransfer *self)
{
  self->result.error = rf_curl_driver_new_deaf_error ();
  return end (self, RF_OUTCOME_TRANSIENT);
}

static RfDirectStep
watch (RfDirectTransfer *self, guint32 events)
{
  if (!rf_direct_connection_watch (self->connection, events))
    return rf_direct_transfer_be_deaf (self);
  return RF_STEP_WAIT;
}

/* A connection that has been used before may have been closed before the request came. */
static gboolean
was_dead (const RfDirectTransfer *self)
{
  return self->connection->was_used && self->state <= RF_DIRECT_HEAD && self->in.bytes->len == 0;
}

static RfDirectStep
send_head (RfDirectTransfer *self)
{
  while (self->sent < self->out->len)
    {
      gsize done = 0;
      RfIo io = rf_direct_connection_send (self->connection, self->out->str + self->sent,
                                           self->out->len - self->sent, &done);

      /* TLS may have to read before it can write. */
      if (io == RF_IO_AGAIN)
        return watch (self, EPOLLIN | EPOLLOUT);
      if (io != RF_IO_DONE)
        return was_dead (self) ? RF_STEP_RETRY : fail (self, CURLE_SEND_ERROR, NULL);
      self->sent += done;
    }
  self->state = RF_DIRECT_HEAD;
  return watch (self, EPOLLIN);
}

/* The peer has ended the connection. */
static RfDirectStep
take_end (RfDirectTransfer *self)
{
  g_autofree char *words = NULL;

  if (was_dead (self))
    return RF_STEP_RETRY;
  if (self->state == RF_DIRECT_HEAD
      && memchr (self->in.bytes->str, '\n', self->in.bytes->len) == NULL)
    return fail (self, CURLE_GOT_NOTHING, "Empty reply from server");
  if (self->state == RF_DIRECT_HEAD)
    return fail (self, CURLE_OK, NULL);
  if (self->in.is_chunked)
    return fail (self, CURLE_PARTIAL_FILE, "transfer closed with outstanding read data remaining");
  if (self->left == RF_SIZE_UNKNOWN)
    return end (self, RF_OUTCOME_COMPLETE);
  words = g_strdup_printf ("transfer closed with %" G_GUINT64_FORMAT " bytes remaining to read",
                           self->left);
  return fail (self, CURLE_PARTIAL_FILE, words);
}

/* Receives to a place. Sets `done`, or returns what follows from there being nothing. */
static RfDirectStep
receive (RfDirectTransfer *self, guint8 *data, gsize length, gsize *done)
{
  *done = 0;
  switch (rf_direct_connection_receive (self->connection, data, length, done))
    {
    case RF_IO_DONE:
      return RF_STEP_ON;
    case RF_IO_AGAIN:
      return RF_STEP_WAIT;
    case RF_IO_END:
      return take_end (self);
    case RF_IO_FAILED:
      break;
    }
  return was_dead (self) ? RF_STEP_RETRY : fail (self, CURLE_RECV_ERROR, NULL);
}

/* Appends to what is not in its place yet. */
static RfDirectStep
receive_into_buffer (RfDirectTransfer *self, gsize length)
{
  guint8 piece[BUFFER_SIZE];
  gsize done;
  RfDirectStep step = receive (self, piece, MIN (length, sizeof piece), &done);

  rf_direct_buffer_add (&self->in, piece, done);
  return step;
}

/* Hands the head to the sink. */
static RfDirectStep
take_head (RfDirectTransfer *self, const RfHead *head)
{
  rf_direct_buffer_take_head (&self->in, head->length, head->is_chunked);
  self->left = head->body_length;
  self->keep_alive = head->keep_alive;
  self->state = RF_DIRECT_BODY;
  switch (self->request->funcs->head (self->request->sink, &head->response))
    {
    case RF_BODY_ACCEPT:
      return RF_STEP_ON;
    case RF_BODY_DRAIN:
      self->state = RF_DIRECT_DRAINING;
      return RF_STEP_ON;
    case RF_BODY_ABORT:
      break;
    }
  return end (self, RF_OUTCOME_CANCELLED);
}

static RfDirectStep
read_head (RfDirectTransfer *self)
{
  RfDirectStep step = receive_into_buffer (self, HEAD_READ_SIZE);
  RfHead head;

  if (step != RF_STEP_ON)
    return step;
  switch (rf_head_read (&head, self->in.bytes->str, self->in.bytes->len))
    {
    case RF_HEAD_PARTIAL:
      return RF_STEP_ON;
    case RF_HEAD_COMPLETE:
      step = take_head (self, &head);
      rf_head_clear (&head);
      return step;
    case RF_HEAD_STRANGE:
      return RF_STEP_STRANGE;
    case RF_HEAD_ALIEN:
      break;
    }
  /* It may be the rest of the answer before. */
  if (self->connection->was_used)
    return end (self, RF_OUTCOME_STALE);
  return fail (self, CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed");
}

/* Asks the sink where to write, once something is to be written. */
static RfDirectStep
find_room (RfDirectTransfer *self)
{
  gboolean wait = FALSE;

  if (self->room > 0)
    return RF_STEP_ON;
  commit (self);
  self->dest = self->request->funcs->space (self->request->sink, &self->room, &wait);
  if (self->dest != NULL)
    return RF_STEP_ON;
  self->room = 0;
  return wait ? watch (self, 0) : end (self, RF_OUTCOME_CANCELLED);
}

static void
advance (RfDirectTransfer *self, gsize length)
{
  self->dest += length;
  self->room -= length;
  self->written += length;
}

/* Sees to it that the next bytes in the buffer are of the body. RF_STEP_ON with no piece: it is over. */
static RfDirectStep
find_piece (RfDirectTransfer *self)
{
  RfChunkState state;

  while ((state = rf_direct_buffer_find_piece (&self->in, self->left)) == RF_CHUNK_MORE)
    {
      RfDirectStep step = receive_into_buffer (self, BUFFER_SIZE);

      if (step != RF_STEP_ON)
        return step;
    }
  if (state == RF_CHUNK_BROKEN)
    return fail (self, CURLE_RECV_ERROR, "Malformed encoding found in chunked-encoding");
  if (state == RF_CHUNK_END)
    self->left = 0;
  return RF_STEP_ON;
}

/* So many bytes of the piece are dealt with. */
static void
take_piece (RfDirectTransfer *self, gsize length)
{
  rf_direct_buffer_take_piece (&self->in, length);
  if (self->left != RF_SIZE_UNKNOWN)
    self->left -= length;
}

/* Copies what has come with the head, or of a body that is to be looked at for its end. */
static RfDirectStep
copy_body (RfDirectTransfer *self, gsize most, gsize *done)
{
  RfDirectStep step = find_piece (self);

  if (step == RF_STEP_ON && self->left > 0)
    step = find_room (self);
  if (step != RF_STEP_ON || self->left == 0)
    return step;
  *done = MIN (MIN (self->in.piece, self->room), most);
  memcpy (self->dest, self->in.bytes->str + self->in.taken, *done);
  take_piece (self, *done);
  advance (self, *done);
  return RF_STEP_ON;
}

/* Receives what is announced straight into its place. */
static RfDirectStep
receive_body (RfDirectTransfer *self, gsize most, gsize *done)
{
  RfDirectStep step = find_room (self);
  gsize length = (gsize)MIN (MIN (self->left, self->room), most);

  if (step == RF_STEP_ON)
    step = receive (self, self->dest, length, done);
  if (step != RF_STEP_ON)
    return step;
  advance (self, *done);
  self->left -= *done;
  /* There was no more. */
  return *done < length && !self->connection->is_encrypted ? RF_STEP_WAIT : RF_STEP_ON;
}

/* It is the turn of others. What the system has brings another event by itself. */
static RfDirectStep
pause_body (const RfDirectTransfer *self)
{
  if (self->connection->is_encrypted || rf_direct_buffer_count (&self->in) > 0)
    return RF_STEP_MORE;
  return RF_STEP_WAIT;
}

static RfDirectStep
read_body (RfDirectTransfer *self)
{
  gsize budget = READ_AT_ONCE;

  while (self->left > 0)
    {
      gsize done = 0;
      RfDirectStep step;

      if (budget == 0)
        return pause_body (self);
      if (rf_direct_buffer_count (&self->in) > 0 || self->left == RF_SIZE_UNKNOWN)
        step = copy_body (self, budget, &done);
      else
        step = receive_body (self, budget, &done);
      if (step != RF_STEP_ON)
        return step;
      budget -= done;
    }
  return end (self, RF_OUTCOME_COMPLETE);
}

/* The same for a body that nobody wants, up to a limit: then its end, and that of the connection, is now. */
static RfDirectStep
drain_body (RfDirectTransfer *self)
{
  while (self->left > 0 && self->drained <= RF_MAX_DRAIN
         && (self->left == RF_SIZE_UNKNOWN || self->left <= RF_MAX_DRAIN - self->drained))
    {
      RfDirectStep step = find_piece (self);

      if (step != RF_STEP_ON)
        return step;
      self->drained += self->in.piece;
      take_piece (self, self->in.piece);
    }
  return end (self, RF_OUTCOME_COMPLETE);
}

RfDirectStep
rf_direct_transfer_run (RfDirectTransfer *self)
{
  RfDirectStep step = RF_STEP_ON;

  while (step == RF_STEP_ON)
    switch (self->state)
      {
      case RF_DIRECT_CONNECTING:
        step = RF_STEP_WAIT;
        break;
      case RF_DIRECT_SENDING:
        step = send_head (self);
        break;
      case RF_DIRECT_HEAD:
        step = read_head (self);
        break;
      case RF_DIRECT_BODY:
        step = read_body (self);
        break;
      case RF_DIRECT_DRAINING:
        step = drain_body (self);
        break;
      }
  commit (self);
  return step;
}

RfDirectStep
rf_direct_transfer_resume (RfDirectTransfer *self)
{
  RfDirectStep step = watch (self, EPOLLIN);

  return step == RF_STEP_WAIT ? rf_direct_transfer_run (self) : step;
}

void
rf_direct_transfer_use (RfDirectTransfer *self, RfDirectConnection *connection)
{
  self->connection = connection;
  self->state
      = rf_direct_connection_is_open (connection) ? RF_DIRECT_SENDING : RF_DIRECT_CONNECTING;
  self->sent = 0;
}

RfDirectStep
rf_direct_transfer_connected (RfDirectTransfer *self, CURLcode code)
{
  if (code != CURLE_OK)
    return fail (self, code, NULL);
  if (!rf_direct_connection_open (self->connection))
    return fail (self, CURLE_COULDNT_CONNECT, NULL);
  self->state = RF_DIRECT_SENDING;
  return rf_direct_transfer_run (self);
}

guint
rf_direct_transfer_count_connections (const RfDirectTransfer *self)
{
  long connections = 0;

  if (!self->connection->was_used)
    curl_easy_getinfo (self->connection->easy, CURLINFO_NUM_CONNECTS, &connections);
  return (guint)connections;
}

guint64
rf_direct_transfer_count_unread (const RfDirectTransfer *self)
{
  guint64 unread = rf_direct_connection_count_unread (self->connection);

  if (self->state < RF_DIRECT_BODY)
    return unread;
  return MIN (unread + rf_direct_buffer_count (&self->in), self->left);
}

gboolean
rf_direct_transfer_leaves_connection (const RfDirectTransfer *self, guint64 *rest)
{
  gsize buffered = rf_direct_buffer_count (&self->in);

  if (self->state < RF_DIRECT_BODY || !self->keep_alive || self->left == RF_SIZE_UNKNOWN
      || buffered > self->left)
    return FALSE;
  *rest = self->left - buffered;
  return *rest <= RF_MAX_DRAIN;
}

RfDirectTransfer *
rf_direct_transfer_new (RfRequest *request, GString *head)
{
  RfDirectTransfer *self = g_new0 (RfDirectTransfer, 1);

  self->request = request;
  self->out = head;
  rf_direct_buffer_init (&self->in, HEAD_READ_SIZE);
  self->link.data = self;
  return self;
}

void
rf_direct_transfer_free (RfDirectTransfer *self)
{
  g_string_free (self->out, TRUE);
  rf_direct_buffer_clear (&self->in);
  g_clear_error (&self->result.error);
  g_free (self);
}
