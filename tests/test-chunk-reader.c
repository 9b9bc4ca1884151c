/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bodies in chunks, cut anywhere, and what is no such body. */

#include "rf-chunk-reader-private.h"

#include <string.h>

/* Reads a text that comes so many bytes at a time. Returns the body, and how much of the text was read. */
static char *
read_in_pieces (const char *text, gsize at_once, RfChunkState *state, gsize *end)
{
  GString *body = g_string_new (NULL);
  gsize length = strlen (text);
  RfChunkReader reader;
  gsize at = 0;

  rf_chunk_reader_init (&reader);
  *state = RF_CHUNK_MORE;
  while (at < length && (*state == RF_CHUNK_MORE || *state == RF_CHUNK_PIECE))
    {
      gsize come = MIN (length, (at / at_once + 1) * at_once) - at;
      g_autofree char *copy = g_memdup2 (text + at, come);
      gsize done;

      *state = rf_chunk_read (&reader, copy, come, &done);
      g_assert_cmpuint (done, <=, come);
      if (*state == RF_CHUNK_MORE)
        g_assert_cmpuint (done, ==, come);
      if (*state == RF_CHUNK_PIECE)
        {
          g_assert_true (reader.piece >= copy && reader.piece_length > 0);
          g_assert_true (reader.piece + reader.piece_length <= copy + done);
          g_string_append_len (body, reader.piece, (gssize)reader.piece_length);
        }
      at += done;
    }
  *end = at;
  return g_string_free (body, FALSE);
}

static void
check (const char *text, const char *expected, RfChunkState expected_state, gsize expected_end)
{
  for (gsize at_once = 1; at_once <= strlen (text); at_once++)
    {
      RfChunkState state;
      gsize end;
      g_autofree char *body = read_in_pieces (text, at_once, &state, &end);

      g_assert_cmpstr (body, ==, expected);
      g_assert_cmpint (state, ==, expected_state);
      if (expected_state == RF_CHUNK_END)
        g_assert_cmpuint (end, ==, expected_end);
    }
}

#define WHOLE(text, body) check (text "HTTP/1.1 200 OK\r\n", body, RF_CHUNK_END, strlen (text))

static void
test_whole (void)
{
  WHOLE ("0\r\n\r\n", "");
  WHOLE ("5\r\nhello\r\n0\r\n\r\n", "hello");
  WHOLE ("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world");
  WHOLE ("5;name=value\r\nhello\r\n0;x\r\nTrailer: yes\r\nOther: 1\r\n\r\n", "hello");
  WHOLE ("00a\r\n0\r\n\r\n12345\r\n0\r\n\r\n", "0\r\n\r\n12345");
  WHOLE ("B\r\n0123456789a\r\n0\r\n\r\n", "0123456789a");
}

static void
test_partial (void)
{
  check ("", "", RF_CHUNK_MORE, 0);
  check ("5", "", RF_CHUNK_MORE, 0);
  check ("5\r\nhello\r\n", "hello", RF_CHUNK_MORE, 0);
  check ("5\r\nhello\r\n0\r\n", "hello", RF_CHUNK_MORE, 0);
}

static void
test_broken (void)
{
  check ("x", "", RF_CHUNK_BROKEN, 0);
  check ("\r\n", "", RF_CHUNK_BROKEN, 0);
  check ("-1\r\n", "", RF_CHUNK_BROKEN, 0);
  check ("5\r\nhello0\r\n\r\n", "hello", RF_CHUNK_BROKEN, 0);
  check ("fffffffffffffffff\r\n", "", RF_CHUNK_BROKEN, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chunk-reader/whole", test_whole);
  g_test_add_func ("/chunk-reader/partial", test_partial);
  g_test_add_func ("/chunk-reader/broken", test_broken);
  return g_test_run ();
}
