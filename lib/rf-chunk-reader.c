/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libhttp-parser does it: it is paused at each piece, which is then where it came. */

#include "rf-chunk-reader-private.h"

#include <string.h>

/* The parser begins with a head. The real one has been read, and what counts of it is only this. */
#define HEAD "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static int
on_piece (http_parser *parser, const char *data, size_t length)
{
  RfChunkReader *self = parser->data;

  self->piece = data;
  self->piece_length = length;
  http_parser_pause (parser, TRUE);
  return 0;
}

static int
on_end (http_parser *parser)
{
  RfChunkReader *self = parser->data;

  self->is_over = TRUE;
  http_parser_pause (parser, TRUE);
  return 0;
}

static const http_parser_settings settings = {
  .on_body = on_piece,
  .on_message_complete = on_end,
};

void
rf_chunk_reader_init (RfChunkReader *self)
{
  *self = (RfChunkReader){ .is_over = FALSE };
  http_parser_init (&self->parser, HTTP_RESPONSE);
  http_parser_execute (&self->parser, &settings, HEAD, strlen (HEAD));
}

RfChunkState
rf_chunk_read (RfChunkReader *self, const char *data, gsize length, gsize *done)
{
  self->piece = NULL;
  self->piece_length = 0;
  self->parser.data = self;
  if (HTTP_PARSER_ERRNO (&self->parser) == HPE_PAUSED)
    http_parser_pause (&self->parser, FALSE);
  *done = http_parser_execute (&self->parser, &settings, data, length);
  if (HTTP_PARSER_ERRNO (&self->parser) != HPE_OK
      && HTTP_PARSER_ERRNO (&self->parser) != HPE_PAUSED)
    return RF_CHUNK_BROKEN;
  if (self->piece_length > 0)
    return RF_CHUNK_PIECE;
  return self->is_over ? RF_CHUNK_END : RF_CHUNK_MORE;
}
