/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One multiplication and two shifts a word: as cheap as a mix can be while every output byte still
 * depends on every input bit that matters, so that a server can generate faster than it can send. */

#include "rf-test-content.h"

#include <string.h>

#define WORD_SIZE sizeof (guint64)

/* Odd constants, hence invertible: the first spreads the index, the second mixes. */
#define SPREAD G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define MIX G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9)

static inline guint64
mix (guint64 value)
{
  value ^= value >> 32;
  value *= MIX;
  return value ^ (value >> 29);
}

static inline guint64
content_key (guint64 version)
{
  return mix ((version + 1) * SPREAD);
}

static inline guint64
content_word (guint64 key, guint64 index)
{
  return GUINT64_TO_LE (mix ((index * SPREAD) ^ key));
}

/* How many bytes from @offset on lie before the next whole word, @length at most. */
static inline gsize
ragged_length (guint64 offset, gsize length)
{
  gsize skip = offset % WORD_SIZE;

  return skip == 0 ? 0 : MIN (WORD_SIZE - skip, length);
}

static void
fill_ragged (guint64 key, guint8 *dest, guint64 offset, gsize length)
{
  guint64 word = content_word (key, offset / WORD_SIZE);

  memcpy (dest, (const guint8 *)&word + offset % WORD_SIZE, length);
}

/* The place of the first byte inside one word that differs, or @length. */
static gsize
compare_ragged (guint64 key, const guint8 *data, guint64 offset, gsize length)
{
  guint8 expected[WORD_SIZE];
  gsize i = 0;

  fill_ragged (key, expected, offset, length);
  while (i < length && data[i] == expected[i])
    i++;
  return i;
}

void
rf_test_content_fill (guint64 version, guint8 *dest, guint64 offset, gsize length)
{
  guint64 key = content_key (version);
  gsize head = ragged_length (offset, length);
  gsize n_words = (length - head) / WORD_SIZE;
  gsize tail = (length - head) % WORD_SIZE;
  guint64 index;

  if (length == 0)
    return;
  if (head > 0)
    fill_ragged (key, dest, offset, head);
  dest += head;
  offset += head;

  index = offset / WORD_SIZE;
  for (gsize i = 0; i < n_words; i++)
    {
      guint64 word = content_word (key, index + i);

      memcpy (dest + i * WORD_SIZE, &word, WORD_SIZE);
    }

  if (tail > 0)
    fill_ragged (key, dest + n_words * WORD_SIZE, offset + n_words * WORD_SIZE, tail);
}

/* The number of words at @data, from the one at @index on, that are right. */
static gsize
count_right_words (guint64 key, const guint8 *data, guint64 index, gsize n_words)
{
  gsize i = 0;

  for (; i < n_words; i++)
    {
      guint64 word;

      memcpy (&word, data + i * WORD_SIZE, WORD_SIZE);
      if (G_UNLIKELY (word != content_word (key, index + i)))
        break;
    }
  return i;
}

gboolean
rf_test_content_check (
    guint64 version, const guint8 *data, guint64 offset, gsize length, guint64 *first_wrong)
{
  guint64 key = content_key (version);
  gsize head = ragged_length (offset, length);
  gsize n_words = (length - head) / WORD_SIZE;
  gsize n_right = head > 0 ? compare_ragged (key, data, offset, head) : 0;

  if (length == 0)
    return TRUE;
  if (n_right == head)
    {
      gsize rest;

      n_right
          += WORD_SIZE * count_right_words (key, data + head, (offset + head) / WORD_SIZE, n_words);
      /* What is left is the last bytes, or the word in which the difference is. */
      rest = MIN (length - n_right, WORD_SIZE);
      if (rest > 0)
        n_right += compare_ragged (key, data + n_right, offset + n_right, rest);
    }

  if (n_right == length)
    return TRUE;
  if (first_wrong != NULL)
    *first_wrong = offset + n_right;
  return FALSE;
}

/* How many of the @length bytes from @offset on come before the content begins again. */
static gsize
get_run (guint64 period, guint64 offset, gsize length)
{
  return (gsize)MIN (period - offset % period, length);
}

void
rf_test_content_fill_repeating (
    guint64 version, guint64 period, guint8 *dest, guint64 offset, gsize length)
{
  if (period == 0)
    period = G_MAXUINT64;
  while (length > 0)
    {
      gsize n = get_run (period, offset, length);

      rf_test_content_fill (version, dest, offset % period, n);
      dest += n;
      offset += n;
      length -= n;
    }
}

gboolean
rf_test_content_check_repeating (guint64 version,
                                 guint64 period,
                                 const guint8 *data,
                                 guint64 offset,
                                 gsize length,
                                 guint64 *first_wrong)
{
  if (period == 0)
    period = G_MAXUINT64;
  while (length > 0)
    {
      gsize n = get_run (period, offset, length);

      if (!rf_test_content_check (version, data, offset % period, n, first_wrong))
        {
          if (first_wrong != NULL)
            *first_wrong += offset - offset % period;
          return FALSE;
        }
      data += n;
      offset += n;
      length -= n;
    }
  return TRUE;
}
