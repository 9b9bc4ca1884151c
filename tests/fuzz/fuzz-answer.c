/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bytes that a connection brings where an answer should be: its head, and its body if that is in chunks. What
 * is made of them must not depend on where they are cut, and no byte may be taken that is not there. */

#include "rf-chunk-reader-private.h"
#include "rf-head-reader-private.h"

#include <string.h>

#include "rf-fuzz.h"

/* In memory of exactly that size. */
static RfHeadState
read_head (RfHead *head, const guint8 *data, gsize length)
{
  g_autofree char *copy = g_memdup2 (data, length);

  return rf_head_read (head, copy, length);
}

/* They go into messages, into requests, and to who compares them. */
static void
check_texts (const RfHead *head)
{
  for (const char *c = head->response.reason; *c != '\0'; c++)
    g_assert_true (g_ascii_isprint (*c));
  for (guint i = 0; i < RF_NUM_RESPONSE_FIELDS; i++)
    for (const char *c = head->texts[i]; c != NULL && *c != '\0'; c++)
      g_assert_true (*c == '\t' || !g_ascii_iscntrl (*c));
}

static void
check_head (const RfHead *head, gsize size)
{
  guint status = head->response.status;

  g_assert_cmpuint (head->length, <=, size);
  g_assert_true (status >= 200 && status <= 999);
  g_assert_false (head->is_chunked && head->body_length != RF_SIZE_UNKNOWN);
  /* Nothing but the end of the connection ends such a body. */
  if (!head->is_chunked && head->body_length == RF_SIZE_UNKNOWN)
    g_assert_false (head->keep_alive);
  check_texts (head);
}

/* A head that is complete is not so before its last byte, and nothing behind that matters. */
static void
check_cuts (const RfHead *head, const guint8 *data)
{
  RfHead again;

  for (gsize i = 1; i < head->length; i++)
    g_assert_cmpint (read_head (&again, data, i), ==, RF_HEAD_PARTIAL);
  g_assert_cmpint (read_head (&again, data, head->length), ==, RF_HEAD_COMPLETE);
  g_assert_cmpuint (again.length, ==, head->length);
  g_assert_cmpuint (again.body_length, ==, head->body_length);
  g_assert_cmpint (again.keep_alive, ==, head->keep_alive);
  rf_head_clear (&again);
}

/* Reads a body that comes so many bytes at a time. `end`: where it ends, or is broken. */
static GString *
read_chunks (const guint8 *data, gsize size, gsize at_once, RfChunkState *state, gsize *end)
{
  GString *body = g_string_new (NULL);
  RfChunkReader reader;
  gsize at = 0;

  rf_chunk_reader_init (&reader);
  *state = RF_CHUNK_MORE;
  while (at < size && (*state == RF_CHUNK_MORE || *state == RF_CHUNK_PIECE))
    {
      gsize come = MIN (size - at, at_once);
      g_autofree char *copy = g_memdup2 (data + at, come);
      gsize done;

      *state = rf_chunk_read (&reader, copy, come, &done);
      g_assert_cmpuint (done, <=, come);
      if (*state == RF_CHUNK_MORE)
        g_assert_cmpuint (done, ==, come);
      if (*state == RF_CHUNK_PIECE)
        {
          g_assert_true (reader.piece >= copy);
          g_assert_true (reader.piece + reader.piece_length <= copy + done);
          g_string_append_len (body, reader.piece, (gssize)reader.piece_length);
        }
      at += done;
    }
  *end = at;
  return body;
}

static void
check_chunks (const guint8 *data, gsize size)
{
  RfChunkState whole_state, state;
  gsize whole_end, end;
  GString *whole = read_chunks (data, size, size, &whole_state, &whole_end);
  GString *body = read_chunks (data, size, 1, &state, &end);

  g_assert_cmpint (state == RF_CHUNK_END, ==, whole_state == RF_CHUNK_END);
  g_assert_cmpint (state == RF_CHUNK_BROKEN, ==, whole_state == RF_CHUNK_BROKEN);
  if (state == RF_CHUNK_END)
    g_assert_cmpuint (end, ==, whole_end);
  g_assert_cmpmem (body->str, body->len, whole->str, whole->len);
  g_string_free (body, TRUE);
  g_string_free (whole, TRUE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  RfHead head;

  if (size == 0)
    return 0;
  switch (read_head (&head, data, size))
    {
    case RF_HEAD_COMPLETE:
      check_head (&head, size);
      check_cuts (&head, data);
      if (head.is_chunked)
        check_chunks (data + head.length, size - head.length);
      rf_head_clear (&head);
      break;
    case RF_HEAD_ALIEN:
      g_assert_true (size < strlen ("HTTP/") || memcmp (data, "HTTP/", strlen ("HTTP/")) != 0);
      break;
    case RF_HEAD_PARTIAL:
    case RF_HEAD_STRANGE:
      break;
    }
  return 0;
}
