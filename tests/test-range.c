/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The texts of HTTP that carry ranges: what is accepted, and that nothing else is. */

#include "rf-range-private.h"

#include <string.h>

static void
test_content_range_accepts (void)
{
  RfContentRange range;

  g_assert_true (rf_content_range_parse ("bytes 0-0/1", 11, &range));
  g_assert_true (range.satisfied);
  g_assert_cmpuint (range.range.start, ==, 0);
  g_assert_cmpuint (range.range.end, ==, 1);
  g_assert_cmpuint (range.total, ==, 1);

  g_assert_true (rf_content_range_parse ("bytes 5-9/*", 11, &range));
  g_assert_cmpuint (range.range.end, ==, 10);
  g_assert_cmpuint (range.total, ==, RF_SIZE_UNKNOWN);

  g_assert_true (rf_content_range_parse ("bytes */7", 9, &range));
  g_assert_false (range.satisfied);
  g_assert_cmpuint (range.total, ==, 7);
}

static void
test_content_range_refuses (void)
{
  static const char *const texts[] = {
    "",
    "bytes",
    "bytes ",
    "bytes 0-",
    "bytes -1/5",
    "bytes 0-0",
    "bytes 0-0/",
    "bytes 2-1/5",
    "bytes 0-5/5",
    "bytes */*",
    "bytes 0-0/1 ",
    "bytes  0-0/1",
    "items 0-0/1",
    "bytes 0x0-1/9",
    "bytes +0-1/9",
    "bytes 0-18446744073709551615/*",
    "bytes 0-18446744073709551616/*",
    "bytes 99999999999999999999-99999999999999999999/*",
    "bytes 0-0/18446744073709551615",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      RfContentRange range;

      if (rf_content_range_parse (texts[i], strlen (texts[i]), &range))
        g_error ("accepted \"%s\"", texts[i]);
    }
}

static void
test_header (void)
{
  char text[RF_RANGE_HEADER_SIZE];

  rf_range_to_header ((RfRange){ 0, 1 }, text);
  g_assert_cmpstr (text, ==, "bytes=0-0");
  rf_range_to_header ((RfRange){ 5, RF_SIZE_UNKNOWN }, text);
  g_assert_cmpstr (text, ==, "bytes=5-");
  rf_range_to_header ((RfRange){ G_MAXUINT64 - 2, G_MAXUINT64 - 1 }, text);
  g_assert_cmpstr (text, ==, "bytes=18446744073709551613-18446744073709551613");
}

static void
test_size (void)
{
  guint64 size = 1;

  g_assert_true (rf_parse_size ("18446744073709551615", 20, &size));
  g_assert_cmpuint (size, ==, G_MAXUINT64);
  g_assert_false (rf_parse_size ("18446744073709551616", 20, &size));
  g_assert_false (rf_parse_size ("-1", 2, &size));
  g_assert_false (rf_parse_size ("1 ", 2, &size));
  g_assert_false (rf_parse_size ("", 0, &size));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/range/content-range-accepts", test_content_range_accepts);
  g_test_add_func ("/range/content-range-refuses", test_content_range_refuses);
  g_test_add_func ("/range/header", test_header);
  g_test_add_func ("/range/size", test_size);
  return g_test_run ();
}
