/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libhttp-parser reads the head, whole and in one go, when its end has come: nothing of it is acted upon
 * before. What it refuses, and what could be read in two ways, is left to libcurl, which has the last word
 * on what an odd server means. */

#include "rf-head-reader-private.h"

#include "rf-range-private.h"

#include <http_parser.h>
#include <string.h>

#define BEGINNING "HTTP/"

/* Of all heads of an answer. The largest that servers send by default have 16 KiB; libhttp-parser has a limit
 * of 80 KiB. */
#define MAX_SIZE ((gsize)64 * 1024)

#define NO_FIELD (-1)

/* What the callbacks work on. */
typedef struct
{
  RfHead *head;
  int field; /* the index of the one whose value comes */
  gboolean has_value;
  gboolean is_coding; /* it is Transfer-Encoding */
  gboolean is_chunked;
  gboolean has_length; /* even if there is nothing in it */
  gboolean is_strange;
} Reader;

static int
on_status (http_parser *parser, const char *text, size_t length)
{
  Reader *self = parser->data;

  rf_response_keep_reason (self->head->reason, text, length);
  return 0;
}

static gboolean
is_name (const char *name, gsize length, const char *other)
{
  return strlen (other) == length && g_ascii_strncasecmp (name, other, length) == 0;
}

static int
on_field (http_parser *parser, const char *name, size_t length)
{
  Reader *self = parser->data;

  self->field = NO_FIELD;
  self->has_value = FALSE;
  self->is_coding = is_name (name, length, "Transfer-Encoding");
  self->has_length |= is_name (name, length, "Content-Length");
  /* To some it is the field without it, to others none. */
  if (memchr (name, ' ', length) != NULL)
    self->is_strange = TRUE;
  for (int i = 0; i < RF_NUM_RESPONSE_FIELDS; i++)
    if (is_name (name, length, rf_response_fields[i].name))
      self->field = i;
  return 0;
}

/* libhttp-parser lets some pass. */
static gboolean
has_control (const char *value, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (value[i]) && value[i] != '\t')
      return TRUE;
  return FALSE;
}

static int
on_value (http_parser *parser, const char *value, size_t length)
{
  Reader *self = parser->data;
  g_autofree char *text = NULL;
  char **place;

  /* It goes on in another line. */
  if (self->has_value || has_control (value, length))
    self->is_strange = TRUE;
  self->has_value = TRUE;
  text = g_strchomp (g_strndup (value, length));
  if (self->is_coding)
    {
      /* Another coding, or one on top of another. */
      if (self->is_chunked || g_ascii_strcasecmp (text, "chunked") != 0)
        self->is_strange = TRUE;
      self->is_chunked = TRUE;
    }
  if (self->field == NO_FIELD)
    return 0;
  place = &self->head->texts[self->field];
  if (*place == NULL)
    *place = g_steal_pointer (&text);
  else if (strcmp (*place, text) != 0 && !rf_response_fields[self->field].is_only_hint)
    self->head->response.is_ambiguous = TRUE;
  return 0;
}

/* Nothing behind the head is for the parser. */
static int
on_end (http_parser *parser)
{
  http_parser_pause (parser, TRUE);
  return 0;
}

/* The length of what ends with an empty line; 0: it is not there yet. */
static gsize
find_end (const char *data, gsize length)
{
  const char *end = data + length;
  const char *line = data;

  while (line < end && (line = memchr (line, '\n', (gsize)(end - line))) != NULL)
    {
      line++;
      if (line < end && *line == '\n')
        return (gsize)(line + 1 - data);
      if (line + 1 < end && line[0] == '\r' && line[1] == '\n')
        return (gsize)(line + 2 - data);
    }
  return 0;
}

/* How long the body is. FALSE: that is not said, or in two ways. */
static gboolean
conclude_length (RfHead *self, const http_parser *parser, const Reader *reader)
{
  const char *length = self->response.content_length;

  self->body_length = RF_SIZE_UNKNOWN;
  if (parser->status_code == 204 || parser->status_code == 304) /* No Content, Not Modified */
    {
      self->body_length = 0;
      return TRUE;
    }
  self->is_chunked = reader->is_chunked;
  if (reader->is_chunked)
    return !reader->has_length && parser->http_minor == 1;
  return !reader->has_length
         || (length != NULL && rf_parse_size (length, strlen (length), &self->body_length));
}

/* What has been read, for who takes it. */
static gboolean
conclude (RfHead *self, const http_parser *parser, const Reader *reader)
{
  self->response.status = parser->status_code;
  self->response.reason = self->reason;
  /* A field with nothing in it is none. */
  for (guint i = 0; i < RF_NUM_RESPONSE_FIELDS; i++)
    if (self->texts[i] != NULL && self->texts[i][0] != '\0')
      *rf_response_field_get_place (&rf_response_fields[i], &self->response) = self->texts[i];
  self->keep_alive = http_should_keep_alive (parser) != 0;
  return conclude_length (self, parser, reader);
}

/* Reads one head. FALSE: it is strange. */
static gboolean
read_one (RfHead *self, const char *data, gsize length)
{
  static const http_parser_settings settings = {
    .on_status = on_status,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_end,
  };
  Reader reader = { .head = self, .field = NO_FIELD };
  http_parser parser;
  gsize done;

  http_parser_init (&parser, HTTP_RESPONSE);
  parser.data = &reader;
  done = http_parser_execute (&parser, &settings, data, length);
  /* It pauses at the last byte, which it has not counted yet. */
  if (HTTP_PARSER_ERRNO (&parser) != HPE_PAUSED || done + 1 != length)
    return FALSE;
  if (reader.is_strange || parser.http_major != 1 || parser.http_minor > 1
      || parser.status_code < 100 || parser.status_code == 101) /* Switching Protocols */
    return FALSE;
  return conclude (self, &parser, &reader);
}

RfHeadState
rf_head_read (RfHead *self, const char *data, gsize length)
{
  gsize at = 0;

  for (;;)
    {
      gsize size;

      if (g_ascii_strncasecmp (data + at, BEGINNING, MIN (length - at, strlen (BEGINNING))) != 0)
        return at == 0 ? RF_HEAD_ALIEN : RF_HEAD_STRANGE;
      size = find_end (data + at, MIN (length, MAX_SIZE) - at);
      if (size == 0)
        return length < MAX_SIZE ? RF_HEAD_PARTIAL : RF_HEAD_STRANGE;

      *self = (RfHead){ .length = at + size };
      if (!read_one (self, data + at, size))
        {
          rf_head_clear (self);
          return RF_HEAD_STRANGE;
        }
      if (self->response.status >= 200)
        return RF_HEAD_COMPLETE;
      rf_head_clear (self);
      at += size;
    }
}

void
rf_head_clear (RfHead *self)
{
  for (guint i = 0; i < RF_NUM_RESPONSE_FIELDS; i++)
    g_clear_pointer (&self->texts[i], g_free);
}
