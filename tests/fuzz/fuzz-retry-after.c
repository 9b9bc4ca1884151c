/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a server asks to wait. It is added to times and compared with timeouts, so that it has to be
 * within bounds whatever is asked for, and it must not depend on anything but the text and the time. */

#include "rf-backoff-private.h"

#include <string.h>

#include "rf-fuzz.h"

#define MAX_WAIT ((gint64)366 * G_TIME_SPAN_DAY)

/* A number with so many digits, in microseconds, fits into 64 bits. */
#define SAFE_DIGITS 12

/* Real time in seconds, in order: 1970, 1994, the last second of 2037's kind, and far away. */
static const gint64 nows[]
    = { 0, 1, 784111777, 784111778, 1767225600, G_MAXINT32, 4102444800, 253402300799, G_MAXINT64 };

static void
check_seconds (const char *text)
{
  gint64 expected = MIN ((gint64)g_ascii_strtoull (text, NULL, 10) * G_TIME_SPAN_SECOND, MAX_WAIT);

  for (guint i = 0; i < G_N_ELEMENTS (nows); i++)
    g_assert_cmpint (rf_backoff_parse_retry_after (text, nows[i]), ==, expected);
}

/* Seconds are the same at any time, and a date comes nearer as time goes by. */
static void
check_waits (const char *text)
{
  gboolean is_number = *text != '\0' && text[strspn (text, "0123456789")] == '\0';
  gint64 before = MAX_WAIT;

  for (guint i = 0; i < G_N_ELEMENTS (nows); i++)
    {
      gint64 wait = rf_backoff_parse_retry_after (text, nows[i]);

      g_assert_cmpint (wait, >=, 0);
      g_assert_cmpint (wait, <=, before);
      if (!is_number && wait > 0 && before < MAX_WAIT)
        g_assert_cmpint (before - wait, ==, (nows[i] - nows[i - 1]) * G_TIME_SPAN_SECOND);
      before = wait;
    }
  if (!is_number)
    g_assert_cmpint (before, ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  gsize length = strlen (text);

  check_waits (text);
  if (length > 0 && length <= SAFE_DIGITS && strspn (text, "0123456789") == length)
    check_seconds (text);
  return 0;
}
