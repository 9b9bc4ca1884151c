/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One blocking thread a connection: shutdown() of the socket from any other thread makes recv() and
 * send() return at once, TLS or not, so that nothing here needs to poll or to be interrupted. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rf-test-answer.h"
#include "rf-test-body.h"
#include "rf-test-books.h"

#define MAX_HEAD_SIZE (16 * 1024)

/* The connection may be freed as soon as its thread has ended. */
static void
close_socket (RfTestConnection *self)
{
  pthread_mutex_lock (&self->server->lock);
  self->state = RF_TEST_CONNECTION_CLOSED;
  pthread_mutex_unlock (&self->server->lock);
  close (self->fd);
}

/* Reads and forgets until the peer ends the connection or it is shut. */
static void
wait_for_end (RfTestConnection *self)
{
  gssize n;

  do
    n = recv (self->fd, self->input, MAX_HEAD_SIZE, 0);
  while (n > 0 || (n < 0 && errno == EINTR));
}

static gboolean
send_head (RfTestConnection *self, const RfTestSetup *setup, const RfTestAnswer *answer)
{
  /* Unless the bytes may have to wait for the link. */
  gboolean more = answer->start < answer->stop && setup->config.link_rate == 0;

  return rf_test_stream_send (&self->stream, answer->head, answer->head_length, more)
         && (answer->before == NULL
             || rf_test_stream_send (&self->stream, answer->before, strlen (answer->before), more));
}

/* Ends when the connection does. */
static void
send_again_and_again (RfTestConnection *self, const char *text)
{
  while (rf_test_stream_send (&self->stream, text, strlen (text), TRUE))
    ;
}

static RfTestAfter
send_answer (RfTestConnection *self, const RfTestSetup *setup, const RfTestAnswer *answer)
{
  if (answer->start == answer->end)
    rf_test_books_end_answer (self);
  if (!send_head (self, setup, answer))
    return RF_TEST_AFTER_CLOSE;
  if (answer->repeated != NULL)
    {
      send_again_and_again (self, answer->repeated);
      return RF_TEST_AFTER_CLOSE;
    }
  if (!rf_test_body_send (self, setup, answer))
    return RF_TEST_AFTER_CLOSE;
  if (answer->after == RF_TEST_AFTER_STALL)
    {
      wait_for_end (self);
      return RF_TEST_AFTER_CLOSE;
    }
  return answer->after;
}

static RfTestAfter
answer_request (RfTestConnection *self, const RfTestRequest *request)
{
  RfTestEntry entry = rf_test_books_begin_answer (self, request);
  const RfTestServerConfig *config = &entry.setup->config;
  g_auto (RfTestAnswer) answer;
  RfTestAfter after;

  if (entry.is_too_many)
    rf_test_answer_put_off (&answer, config, request);
  else
    rf_test_answer_decide (&answer, config, request, entry.number);

  if (!entry.is_too_many && answer.head_length > 0
      && !rf_test_books_wait (self, config->latency_ms))
    after = RF_TEST_AFTER_CLOSE;
  else
    after = send_answer (self, entry.setup, &answer);
  rf_test_books_end_answer (self);
  return after;
}

static void
refuse (RfTestConnection *self, guint status)
{
  g_auto (RfTestAnswer) answer;

  rf_test_answer_refuse (&answer, status);
  rf_test_stream_send (&self->stream, answer.head, answer.head_length, FALSE);
}

/* Waits for more of a head; FALSE at the end of the connection. */
static gboolean
receive (RfTestConnection *self)
{
  gsize n = rf_test_stream_receive (&self->stream, self->input + self->input_length,
                                    MAX_HEAD_SIZE - self->input_length);

  self->input_length += n;
  return n > 0;
}

static RfTestAfter
serve_one (RfTestConnection *self)
{
  RfTestRequest request;
  gsize head_length;
  RfTestAfter after;
  RfTestParse parsed;

  while ((parsed = rf_test_request_parse (self->input, self->input_length, &request, &head_length))
         == RF_TEST_PARSE_INCOMPLETE)
    {
      if (self->input_length == MAX_HEAD_SIZE)
        {
          refuse (self, 431);
          return RF_TEST_AFTER_CLOSE;
        }
      if (!receive (self))
        return RF_TEST_AFTER_CLOSE;
    }
  if (parsed == RF_TEST_PARSE_MALFORMED)
    {
      refuse (self, 400);
      return RF_TEST_AFTER_CLOSE;
    }

  after = answer_request (self, &request);
  self->input_length -= head_length;
  memmove (self->input, self->input + head_length, self->input_length);
  return after;
}

/* A close() with unread bytes would reset the connection and take away from the peer what it has not
 * read yet; so they are read first. */
static void
end_orderly (RfTestConnection *self)
{
  rf_test_stream_end (&self->stream);
  while (recv (self->fd, self->input, MAX_HEAD_SIZE, MSG_DONTWAIT) > 0)
    ;
}

static void
prepare_reset (RfTestConnection *self)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* FALSE, after a while or at once, if no handshake was made. */
static gboolean
shake_hands (RfTestConnection *self)
{
  gboolean whole = self->handshake_fault == RF_TEST_FAULT_NONE;

  if (rf_test_stream_shake_hands (&self->stream, self->server->tls,
                                  whole ? RF_TEST_HANDSHAKE_WHOLE : RF_TEST_HANDSHAKE_HALF))
    {
      rf_test_books_add_handshake (self, rf_test_stream_is_resumed (&self->stream));
      return TRUE;
    }
  if (self->handshake_fault == RF_TEST_FAULT_STALL)
    wait_for_end (self);
  return FALSE;
}

static RfTestAfter
serve (RfTestConnection *self)
{
  RfTestAfter after;

  if (self->server->tls != NULL && !shake_hands (self))
    return RF_TEST_AFTER_CLOSE;
  do
    after = serve_one (self);
  while (after == RF_TEST_AFTER_KEEP);
  return after;
}

void *
rf_test_connection_run (void *connection)
{
  RfTestConnection *self = connection;
  RfTestAfter after;

  self->input = g_malloc (MAX_HEAD_SIZE);
  self->stream.fd = self->fd;
  after = serve (self);

  if (after == RF_TEST_AFTER_RESET)
    prepare_reset (self);
  else
    end_orderly (self);
  rf_test_stream_clear (&self->stream);
  close_socket (self);
  return NULL;
}

void
rf_test_connection_free (RfTestConnection *connection)
{
  g_free (connection->input);
  g_free (connection->output);
  g_free (connection);
}
