/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One blocking thread a connection: shutdown() of the socket from any other thread makes recv() and
 * send() return at once, so that nothing here needs to poll or to be interrupted. */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rf-test-answer.h"
#include "rf-test-content.h"
#include "rf-test-server-private.h"
#include "rf-test-socket.h"

#define MAX_HEAD_SIZE (16 * 1024)
#define FIRST_RANGES 64

/* Fits into the second-level cache with room to spare: generated and sent before it is evicted. */
#define OUTPUT_SIZE (256 * 1024)

/* An image needs no buffer; the piece only says how often bytes are counted. */
#define IMAGE_PIECE (1024 * 1024)

/* A paced connection takes small pieces, and the kernel holds little more than it may send in a
 * fiftieth of a second: what is counted as sent then is about what has left, and a connection that is
 * ended does not go on for seconds. */
#define PACED_PIECE (32 * 1024)
#define PACED_BACKLOG_FRACTION 50
#define MIN_PACED_BACKLOG (64 * 1024)

/* Keeping the server's books */

static void
log_range_locked (RfTestServer *server, const RfTestRange *asked, guint64 connection)
{
  RfTestServerRange range = { .start = 0, .end = G_MAXUINT64, .connection = connection };
  guint64 size = server->locked.setup->config.size;

  if (asked->kind == RF_TEST_RANGE_SUFFIX)
    {
      range.start = size - MIN (asked->suffix, size);
      range.end = size;
    }
  else if (asked->kind != RF_TEST_RANGE_NONE)
    {
      range.start = asked->first;
      range.end = asked->end;
    }

  if (server->locked.n_ranges == server->locked.allocated_ranges)
    {
      server->locked.allocated_ranges = MAX (2 * server->locked.allocated_ranges, FIRST_RANGES);
      server->locked.ranges
          = g_renew (RfTestServerRange, server->locked.ranges, server->locked.allocated_ranges);
    }
  server->locked.ranges[server->locked.n_ranges++] = range;
}

/* Notes that @request has arrived, and says under which setup and as which number it is to be
 * answered. */
static RfTestSetup *
begin_answer (RfTestConnection *self, const RfTestRequest *request, guint64 *number)
{
  RfTestServer *server = self->server;
  RfTestServerCounts *counts = &server->locked.counts;
  RfTestSetup *setup;

  self->answering = TRUE;
  pthread_mutex_lock (&server->lock);
  setup = server->locked.setup;
  *number = ++setup->n_requests;
  log_range_locked (server, &request->range, self->id);
  counts->requests++;
  if (request->if_match.data != NULL)
    counts->conditional_requests++;
  if (request->authorization.data != NULL)
    counts->authorized_requests++;
  server->locked.answering++;
  counts->max_answering = MAX (counts->max_answering, server->locked.answering);
  pthread_cond_broadcast (&server->request_cond);
  pthread_mutex_unlock (&server->lock);
  return setup;
}

/* Notes that the answer is no longer under way, if it was. */
static void
end_answer (RfTestConnection *self)
{
  RfTestServer *server = self->server;

  if (!self->answering)
    return;
  self->answering = FALSE;
  pthread_mutex_lock (&server->lock);
  server->locked.answering--;
  pthread_mutex_unlock (&server->lock);
}

static void
count_body_bytes (RfTestServer *server, gsize n_bytes)
{
  pthread_mutex_lock (&server->lock);
  server->locked.counts.body_bytes += n_bytes;
  pthread_mutex_unlock (&server->lock);
}

/* FALSE, and at once, when the connection has been told to end. */
static gboolean
wait_latency (RfTestConnection *self, guint milliseconds)
{
  RfTestServer *server = self->server;
  struct timespec deadline;
  gboolean open;
  int rc = 0;

  if (milliseconds == 0)
    return TRUE;
  deadline = rf_test_deadline_after (milliseconds);
  pthread_mutex_lock (&server->lock);
  while ((open = self->state == RF_TEST_CONNECTION_OPEN) && rc == 0)
    rc = pthread_cond_timedwait (&server->shut_cond, &server->lock, &deadline);
  pthread_mutex_unlock (&server->lock);
  return open;
}

/* The connection may be freed as soon as its thread has ended. */
static void
close_socket (RfTestConnection *self)
{
  pthread_mutex_lock (&self->server->lock);
  self->state = RF_TEST_CONNECTION_CLOSED;
  pthread_mutex_unlock (&self->server->lock);
  close (self->fd);
}

/* Sending */

static void
set_rate (RfTestConnection *self, guint64 rate)
{
  unsigned long pacing = rate == 0 ? ~0UL : (unsigned long)rate;
  guint backlog = (guint)CLAMP (rate / PACED_BACKLOG_FRACTION, MIN_PACED_BACKLOG, G_MAXINT);

  if (rate == self->rate)
    return;
  self->rate = rate;
  if (rate == 0)
    backlog = 0;
  if (setsockopt (self->fd, SOL_SOCKET, SO_MAX_PACING_RATE, &pacing, sizeof pacing) != 0
      || setsockopt (self->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &backlog, sizeof backlog) != 0)
    g_error ("cannot pace a connection: %s", g_strerror (errno));
}

/* The image of the content that the answer has; NULL: it has to be generated. */
static const guint8 *
get_image (const RfTestSetup *setup, const RfTestAnswer *answer)
{
  return answer->version == setup->config.version ? setup->image : NULL;
}

static gboolean
send_piece (RfTestConnection *self,
            const RfTestAnswer *answer,
            const guint8 *image,
            guint64 offset,
            gsize length,
            int flags)
{
  if (image != NULL)
    return rf_test_send_all (self->fd, image + offset, length, flags);

  if (self->output == NULL)
    self->output = g_malloc (OUTPUT_SIZE);
  rf_test_content_fill (answer->version, self->output, offset, length);
  return rf_test_send_all (self->fd, self->output, length, flags);
}

static gboolean
send_chunk (RfTestConnection *self,
            const RfTestAnswer *answer,
            const guint8 *image,
            guint64 offset,
            gsize length)
{
  char line[32];
  int n = g_snprintf (line, sizeof line, "%zx\r\n", length);

  return rf_test_send_all (self->fd, line, (gsize)n, MSG_MORE)
         && send_piece (self, answer, image, offset, length, MSG_MORE)
         && rf_test_send_all (self->fd, "\r\n", 2, 0);
}

static gsize
piece_size (const RfTestAnswer *answer, const guint8 *image)
{
  if (answer->rate != 0)
    return PACED_PIECE;
  return image != NULL ? IMAGE_PIECE : OUTPUT_SIZE;
}

static gboolean
send_body (RfTestConnection *self, const RfTestSetup *setup, const RfTestAnswer *answer)
{
  const guint8 *image = get_image (setup, answer);
  gsize max_piece = piece_size (answer, image);
  guint64 offset = answer->start;

  while (offset < answer->stop)
    {
      gsize n = (gsize)MIN (max_piece, answer->stop - offset);

      if (offset + n == answer->end)
        end_answer (self);
      if (!(answer->coding == RF_TEST_CODING_CHUNKED
                ? send_chunk (self, answer, image, offset, n)
                : send_piece (self, answer, image, offset, n, 0)))
        return FALSE;
      count_body_bytes (self->server, n);
      offset += n;
    }

  if (answer->behind != NULL && answer->stop == answer->end)
    return rf_test_send_all (self->fd, answer->behind, strlen (answer->behind), 0);
  return TRUE;
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
send_head (RfTestConnection *self, const RfTestAnswer *answer)
{
  int flags = answer->start < answer->stop ? MSG_MORE : 0;

  return rf_test_send_all (self->fd, answer->head, answer->head_length, flags)
         && (answer->before == NULL
             || rf_test_send_all (self->fd, answer->before, strlen (answer->before), flags));
}

/* Ends when the connection does. */
static void
send_again_and_again (RfTestConnection *self, const char *text)
{
  while (rf_test_send_all (self->fd, text, strlen (text), MSG_MORE))
    ;
}

static RfTestAfter
send_answer (RfTestConnection *self, const RfTestSetup *setup, const RfTestAnswer *answer)
{
  if (answer->start == answer->end)
    end_answer (self);
  if (!send_head (self, answer))
    return RF_TEST_AFTER_CLOSE;
  if (answer->repeated != NULL)
    {
      send_again_and_again (self, answer->repeated);
      return RF_TEST_AFTER_CLOSE;
    }
  if (!send_body (self, setup, answer))
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
  guint64 number;
  RfTestSetup *setup = begin_answer (self, request, &number);
  g_auto (RfTestAnswer) answer;
  RfTestAfter after;

  rf_test_answer_decide (&answer, &setup->config, request, number);
  if (answer.head_length > 0 && !wait_latency (self, setup->config.latency_ms))
    after = RF_TEST_AFTER_CLOSE;
  else
    {
      set_rate (self, answer.rate);
      after = send_answer (self, setup, &answer);
    }
  end_answer (self);
  return after;
}

static void
refuse (RfTestConnection *self, guint status)
{
  g_auto (RfTestAnswer) answer;

  rf_test_answer_refuse (&answer, status);
  rf_test_send_all (self->fd, answer.head, answer.head_length, 0);
}

/* Waits for more of a head; FALSE at the end of the connection. */
static gboolean
receive (RfTestConnection *self)
{
  gssize n;

  do
    n = recv (self->fd, self->input + self->input_length, MAX_HEAD_SIZE - self->input_length, 0);
  while (n < 0 && errno == EINTR);
  if (n <= 0)
    return FALSE;
  self->input_length += (gsize)n;
  return TRUE;
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
  shutdown (self->fd, SHUT_WR);
  while (recv (self->fd, self->input, MAX_HEAD_SIZE, MSG_DONTWAIT) > 0)
    ;
}

static void
prepare_reset (RfTestConnection *self)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

void *
rf_test_connection_run (void *connection)
{
  RfTestConnection *self = connection;
  RfTestAfter after;

  self->input = g_malloc (MAX_HEAD_SIZE);
  do
    after = serve_one (self);
  while (after == RF_TEST_AFTER_KEEP);

  if (after == RF_TEST_AFTER_RESET)
    prepare_reset (self);
  else
    end_orderly (self);
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
