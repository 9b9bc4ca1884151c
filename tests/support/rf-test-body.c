/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* As few calls as can be: a large piece each, straight from the image, the head in one packet with the
 * first bytes. */

#include "rf-test-body.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "rf-test-books.h"
#include "rf-test-content.h"

/* Fits into the second-level cache with room to spare: generated and sent before it is evicted. */
#define OUTPUT_SIZE (256 * 1024)

/* An image needs no buffer; the piece only says how often bytes are counted. */
#define IMAGE_PIECE (1024 * 1024)

/* What is sent when the answer no longer counts as under way: so little that it is soon gone. */
#define LAST_PIECE (16 * 1024)

/* A paced connection takes small pieces, and the kernel holds little more than it may send in a
 * fiftieth of a second: what is counted as sent then is about what has left, and a connection that is
 * ended does not go on for seconds. */
#define PACED_PIECE (32 * 1024)
#define PACED_BACKLOG_FRACTION 50
#define MIN_PACED_BACKLOG (64 * 1024)

typedef struct
{
  RfTestConnection *connection;
  const RfTestAnswer *answer;
  const guint8 *image; /* of the content that the answer has; NULL: it has to be generated */
  guint64 period;      /* after which the content repeats; 0: it does not */
  guint64 image_size;
  guint64 link_rate;
} Body;

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

static gboolean
send_piece (const Body *self, guint64 offset, gsize length, gboolean more)
{
  RfTestConnection *connection = self->connection;

  if (self->image != NULL)
    return rf_test_stream_send (&connection->stream, self->image + offset % self->image_size,
                                length, more);

  if (connection->output == NULL)
    connection->output = g_malloc (OUTPUT_SIZE);
  rf_test_content_fill_repeating (self->answer->version, self->period, connection->output, offset,
                                  length);
  return rf_test_stream_send (&connection->stream, connection->output, length, more);
}

static gboolean
send_chunk (const Body *self, guint64 offset, gsize length)
{
  RfTestStream *stream = &self->connection->stream;
  char line[32];
  int n = g_snprintf (line, sizeof line, "%zx\r\n", length);

  return rf_test_stream_send (stream, line, (gsize)n, TRUE)
         && send_piece (self, offset, length, TRUE)
         && rf_test_stream_send (stream, "\r\n", 2, FALSE);
}

/* How much to send at once from @offset on. */
static gsize
get_piece (const Body *self, guint64 offset)
{
  const RfTestAnswer *answer = self->answer;
  guint64 most = self->image != NULL ? IMAGE_PIECE : OUTPUT_SIZE;
  guint64 left = answer->end - offset;

  if (answer->rate != 0)
    most = PACED_PIECE;
  if (self->link_rate != 0)
    most = MIN (most, rf_test_link_get_piece (self->link_rate));
  if (self->image != NULL)
    most = MIN (most, self->image_size - offset % self->image_size);
  if (left > LAST_PIECE)
    most = MIN (most, left - LAST_PIECE);
  return (gsize)MIN (most, answer->stop - offset);
}

static gboolean
send_pieces (const Body *self)
{
  const RfTestAnswer *answer = self->answer;
  guint64 offset = answer->start;

  while (offset < answer->stop)
    {
      gsize n = get_piece (self, offset);
      gboolean more = answer->rate == 0 && self->link_rate == 0 && offset + n < answer->stop;

      if (self->link_rate != 0
          && !rf_test_books_wait_for_link (self->connection, self->link_rate, n))
        return FALSE;
      if (offset + n == answer->end)
        rf_test_books_end_answer (self->connection);
      if (!(answer->coding == RF_TEST_CODING_CHUNKED ? send_chunk (self, offset, n)
                                                     : send_piece (self, offset, n, more)))
        return FALSE;
      rf_test_books_add_body_bytes (self->connection, n);
      offset += n;
    }
  return TRUE;
}

gboolean
rf_test_body_send (RfTestConnection *connection,
                   const RfTestSetup *setup,
                   const RfTestAnswer *answer)
{
  gboolean has_image = setup->image != NULL && answer->version == setup->config.version;
  const Body body = { .connection = connection,
                      .answer = answer,
                      .image = has_image ? setup->image : NULL,
                      .period = setup->config.image_size,
                      .image_size = setup->image_size,
                      .link_rate = setup->config.link_rate };

  set_rate (connection, answer->rate);
  if (!send_pieces (&body))
    return FALSE;
  if (answer->behind != NULL && answer->stop == answer->end)
    return rf_test_stream_send (&connection->stream, answer->behind, strlen (answer->behind),
                                FALSE);
  return TRUE;
}
