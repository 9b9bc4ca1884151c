/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The texts of HTTP that carry ranges. Whatever is accepted must be what its numbers, written down
 * again, say: this finds what overflows, is skipped or is left over. */

#include "rf-range-private.h"

#include <string.h>

#include "rf-fuzz.h"

/* The longest run of digits of which every value fits into 64 bits. */
#define SAFE_DIGITS 19

/* The text as this program writes it: in small letters, and without zeros before a number. */
static GString *
normalize (const char *text, gsize length)
{
  GString *result = g_string_sized_new (length);
  gboolean in_number = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      gboolean goes_on = i + 1 < length && g_ascii_isdigit (text[i + 1]);

      if (text[i] == '0' && !in_number && goes_on)
        continue;
      in_number = g_ascii_isdigit (text[i]);
      g_string_append_c (result, g_ascii_tolower (text[i]));
    }
  return result;
}

static void
check_same_text (const char *text, gsize length, const char *expected)
{
  GString *normal = normalize (text, length);

  g_assert_cmpmem (normal->str, normal->len, expected, strlen (expected));
  g_string_free (normal, TRUE);
}

static void
check_content_range (const RfContentRange *content)
{
  if (content->satisfied)
    {
      g_assert_cmpuint (content->range.start, <, content->range.end);
      g_assert_cmpuint (content->range.end, !=, RF_SIZE_UNKNOWN);
      /* Also where the total is not known, being the largest number. */
      g_assert_cmpuint (content->range.end, <=, content->total);
    }
  else
    g_assert_cmpuint (content->total, !=, RF_SIZE_UNKNOWN);
}

static char *
print_content_range (const RfContentRange *content)
{
  GString *text = g_string_new ("bytes ");
  char header[RF_RANGE_HEADER_SIZE];

  if (content->satisfied)
    {
      rf_range_to_header (content->range, header);
      g_assert_true (g_str_has_prefix (header, "bytes="));
      g_string_append (text, header + strlen ("bytes="));
    }
  else
    g_string_append_c (text, '*');
  if (content->total == RF_SIZE_UNKNOWN)
    g_string_append (text, "/*");
  else
    g_string_append_printf (text, "/%" G_GUINT64_FORMAT, content->total);
  return g_string_free (text, FALSE);
}

static void
check_same (const RfContentRange *a, const RfContentRange *b)
{
  g_assert_cmpint (a->satisfied, ==, b->satisfied);
  g_assert_cmpuint (a->total, ==, b->total);
  if (a->satisfied)
    {
      g_assert_cmpuint (a->range.start, ==, b->range.start);
      g_assert_cmpuint (a->range.end, ==, b->range.end);
    }
}

/* What is behind the length must not matter. No sanitizer sees GLib reading it, so that each
 * beginning of the text is parsed where the rest of it follows, and where it does not. */
static void
check_beginnings (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      g_autofree char *beginning = g_strndup (text, i);
      RfContentRange content;
      RfContentRange alone;
      gboolean accepted = rf_content_range_parse (text, i, &content);

      g_assert_cmpint (accepted, ==, rf_content_range_parse (beginning, i, &alone));
      if (accepted)
        check_same (&content, &alone);
    }
}

static void
fuzz_content_range (const char *text, gsize length)
{
  RfContentRange content;
  RfContentRange again;
  g_autofree char *printed = NULL;

  if (!rf_content_range_parse (text, length, &content))
    return;
  check_content_range (&content);
  printed = print_content_range (&content);
  check_same_text (text, length, printed);

  g_assert_true (rf_content_range_parse (printed, strlen (printed), &again));
  check_same (&again, &content);
  check_beginnings (text, length);
}

static gboolean
is_safe_number (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return length > 0 && length <= SAFE_DIGITS;
}

static void
fuzz_size (const char *text, gsize length)
{
  guint64 size;
  guint64 again;
  g_autofree char *printed = NULL;

  if (!rf_parse_size (text, length, &size))
    {
      g_assert_false (is_safe_number (text, length));
      return;
    }
  printed = g_strdup_printf ("%" G_GUINT64_FORMAT, size);
  check_same_text (text, length, printed);
  g_assert_true (rf_parse_size (printed, strlen (printed), &again));
  g_assert_cmpuint (again, ==, size);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  fuzz_content_range ((const char *)data, size);
  fuzz_size ((const char *)data, size);
  return 0;
}
