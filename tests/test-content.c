/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A wrong byte in a test object must be found, and a right one never be called wrong, wherever the
 * piece that is looked at begins and ends. */

#include <string.h>

#include "rf-test-content.h"

#define VERSION 7

static void
test_content_alignments (void)
{
  guint8 whole[96];
  guint8 part[96 + 8];

  rf_test_content_fill (VERSION, whole, 0, sizeof whole);
  for (gsize start = 0; start <= sizeof whole; start++)
    for (gsize end = start; end <= sizeof whole; end++)
      {
        guint8 *dest = part + (start + end) % 8;

        memset (part, 0, sizeof part);
        rf_test_content_fill (VERSION, dest, start, end - start);
        g_assert_true (memcmp (dest, whole + start, end - start) == 0);
        g_assert_cmpuint (dest[end - start], ==, 0);
        g_assert_true (rf_test_content_check (VERSION, dest, start, end - start, NULL));
      }
}

static void
test_content_wrong_byte (void)
{
  guint8 data[64];

  for (guint64 offset = 1000; offset < 1008; offset++)
    for (gsize i = 0; i < sizeof data; i++)
      {
        guint64 wrong = 0;

        rf_test_content_fill (VERSION, data, offset, sizeof data);
        data[i] ^= 1;
        data[sizeof data - 1] ^= 0x80;
        g_assert_false (rf_test_content_check (VERSION, data, offset, sizeof data, &wrong));
        g_assert_cmpuint (wrong, ==, offset + i);
      }
}

static void
test_content_differs (void)
{
  guint8 first[4096];
  guint8 other[4096];
  const guint64 offsets[] = { 8, 4096, 8 << 20, G_GUINT64_CONSTANT (1) << 40 };
  guint n_equal = 0;

  rf_test_content_fill (0, first, 0, sizeof first);
  for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      rf_test_content_fill (0, other, offsets[i], sizeof other);
      g_assert_false (memcmp (first, other, sizeof first) == 0);
    }

  /* Equal bytes are as rare as by chance, one in 256. */
  rf_test_content_fill (1, other, 0, sizeof other);
  for (gsize i = 0; i < sizeof first; i++)
    n_equal += first[i] == other[i];
  g_assert_cmpuint (n_equal, <, sizeof first / 64);
}

/* However a piece lies to the places where the content begins again. */
static void
test_content_repeats (void)
{
  static const guint64 periods[] = { 1, 7, 8, 64, 100, 5000 };
  const guint64 base = 100 * G_GUINT64_CONSTANT (5000) << 20;
  guint8 once[5000];
  guint8 data[300];

  rf_test_content_fill (VERSION, once, 0, sizeof once);
  for (gsize i = 0; i < G_N_ELEMENTS (periods); i++)
    for (guint64 offset = base; offset < base + 110; offset++)
      {
        guint64 period = periods[i];
        gsize at = offset % sizeof data;
        guint64 wrong = 0;

        rf_test_content_fill_repeating (VERSION, period, data, offset, sizeof data);
        for (gsize k = 0; k < sizeof data; k++)
          g_assert_cmpuint (data[k], ==, once[(offset + k) % period]);
        g_assert_true (
            rf_test_content_check_repeating (VERSION, period, data, offset, sizeof data, &wrong));
        data[at] ^= 1;
        g_assert_false (
            rf_test_content_check_repeating (VERSION, period, data, offset, sizeof data, &wrong));
        g_assert_cmpuint (wrong, ==, offset + at);
      }
}

/* Without a period they are the other two. */
static void
test_content_no_period (void)
{
  guint8 once[100];
  guint8 data[100];

  rf_test_content_fill (VERSION, once, 1001, sizeof once);
  rf_test_content_fill_repeating (VERSION, 0, data, 1001, sizeof data);
  g_assert_cmpmem (data, sizeof data, once, sizeof once);
  g_assert_true (rf_test_content_check_repeating (VERSION, 0, data, 1001, sizeof data, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-content/alignments", test_content_alignments);
  g_test_add_func ("/test-content/wrong-byte", test_content_wrong_byte);
  g_test_add_func ("/test-content/differs", test_content_differs);
  g_test_add_func ("/test-content/repeats", test_content_repeats);
  g_test_add_func ("/test-content/no-period", test_content_no_period);
  return g_test_run ();
}
