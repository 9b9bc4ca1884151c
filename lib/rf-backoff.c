/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Exponential backoff with full jitter: the wait is drawn evenly between nothing and a bound that
 * doubles, so that many clients which failed together do not come back together. */

#include "rf-backoff-private.h"

#include "rf-range-private.h"

#include <curl/curl.h>
#include <math.h>
#include <string.h>

/* Nobody waits longer than this, and it can be added to any time. */
#define MAX_DELAY ((gint64)366 * G_TIME_SPAN_DAY)

gboolean
rf_backoff_status_is_transient (guint status)
{
  switch (status)
    {
    case 408: /* Request Timeout */
    case 429: /* Too Many Requests */
    case 500: /* Internal Server Error */
    case 502: /* Bad Gateway */
    case 503: /* Service Unavailable */
    case 504: /* Gateway Timeout */
      return TRUE;
    default:
      return FALSE;
    }
}

static gint64
to_microseconds (double seconds)
{
  return (gint64)MIN (seconds * G_TIME_SPAN_SECOND, (double)MAX_DELAY);
}

gint64
rf_backoff_delay (guint failures, double factor, double max, double jitter)
{
  double bound = ldexp (factor, (int)MIN (failures - 1, G_MAXINT));

  return to_microseconds (MIN (bound, max) * jitter);
}

gint64
rf_backoff_parse_retry_after (const char *text, gint64 now)
{
  guint64 seconds;
  time_t date;

  if (rf_parse_size (text, strlen (text), &seconds))
    return to_microseconds ((double)seconds);
  /* A number that is too large for that. */
  if (*text != '\0' && text[strspn (text, "0123456789")] == '\0')
    return MAX_DELAY;
  date = curl_getdate (text, NULL);
  return date > now ? to_microseconds ((double)date - (double)now) : 0;
}

gboolean
rf_backoff_allows (guint failures, int retries)
{
  return retries < 0 || (retries > 0 && failures <= (guint)retries);
}
