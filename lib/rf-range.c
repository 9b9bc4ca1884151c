/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The arithmetic of ranges and the two header texts that carry them. Texts come from the network:
 * they are read by pointer and length, digit by digit with an overflow check, and refused unless
 * they are exactly what the grammar allows. */

#include "rf-range-private.h"

#include <string.h>

/* A view on the text that is still to be read. */
typedef struct
{
  const char *at;
  gsize left;
} Cursor;

static gboolean
read_literal (Cursor *cursor, const char *literal)
{
  gsize length = strlen (literal);

  if (cursor->left < length || g_ascii_strncasecmp (cursor->at, literal, length) != 0)
    return FALSE;
  cursor->at += length;
  cursor->left -= length;
  return TRUE;
}

static gboolean
read_number (Cursor *cursor, guint64 *out)
{
  guint64 number = 0;
  gsize digits = 0;

  for (; digits < cursor->left && g_ascii_isdigit (cursor->at[digits]); digits++)
    {
      guint64 digit = (guint64)(cursor->at[digits] - '0');

      if (!g_uint64_checked_mul (&number, number, 10)
          || !g_uint64_checked_add (&number, number, digit))
        return FALSE;
    }
  if (digits == 0)
    return FALSE;
  cursor->at += digits;
  cursor->left -= digits;
  *out = number;
  return TRUE;
}

guint64
rf_range_length (RfRange range)
{
  return range.end - range.start;
}

void
rf_range_to_header (RfRange range, char text[RF_RANGE_HEADER_SIZE])
{
  if (range.end == RF_SIZE_UNKNOWN)
    g_snprintf (text, RF_RANGE_HEADER_SIZE, "bytes=%" G_GUINT64_FORMAT "-", range.start);
  else
    g_snprintf (text, RF_RANGE_HEADER_SIZE, "bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
                range.start, range.end - 1);
}

gboolean
rf_content_range_parse (const char *text, gsize length, RfContentRange *out)
{
  Cursor cursor = { text, length };
  RfContentRange result = { .total = RF_SIZE_UNKNOWN };

  if (!read_literal (&cursor, "bytes") || !read_literal (&cursor, " "))
    return FALSE;
  if (!read_literal (&cursor, "*"))
    {
      guint64 last;

      if (!read_number (&cursor, &result.range.start) || !read_literal (&cursor, "-")
          || !read_number (&cursor, &last))
        return FALSE;
      if (last < result.range.start || last >= RF_SIZE_UNKNOWN - 1)
        return FALSE;
      result.range.end = last + 1;
      result.satisfied = TRUE;
    }
  if (!read_literal (&cursor, "/"))
    return FALSE;
  if (!result.satisfied || !read_literal (&cursor, "*"))
    {
      if (!read_number (&cursor, &result.total) || result.total == RF_SIZE_UNKNOWN)
        return FALSE;
      if (result.satisfied && result.range.end > result.total)
        return FALSE;
    }
  if (cursor.left != 0)
    return FALSE;
  *out = result;
  return TRUE;
}

gboolean
rf_parse_size (const char *text, gsize length, guint64 *out)
{
  Cursor cursor = { text, length };
  guint64 number;

  if (!read_number (&cursor, &number) || cursor.left != 0)
    return FALSE;
  *out = number;
  return TRUE;
}
