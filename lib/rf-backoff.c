/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Exponential backoff with full jitter: the wait is drawn evenly between nothing and a bound that
 * doubles, so that many clients which failed together do not come back together. */

#include "rf-backoff-private.h"

#define FIRST_BOUND (100 * G_TIME_SPAN_MILLISECOND)
#define LAST_BOUND (10 * G_TIME_SPAN_SECOND)

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

gint64
rf_backoff_delay (guint failures, double jitter)
{
  gint64 bound = FIRST_BOUND;

  for (guint i = 1; i < failures && bound < LAST_BOUND; i++)
    bound *= 2;
  return (gint64)((double)MIN (bound, LAST_BOUND) * jitter);
}

gboolean
rf_backoff_allows (guint failures, int retries)
{
  return retries < 0 || failures <= (guint)retries;
}
