/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When to try again: decisions without side effects. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

/* Whether a request that was answered with this HTTP status may succeed when it is repeated. */
gboolean rf_backoff_status_is_transient (guint status);

/* How long to wait, in microseconds, before the attempt that follows `failures` failed ones in a row
 * (1 at least): a random part of factor * 2^(failures - 1), of `max` at most, both in seconds. `jitter` is a
 * random number in [0, 1). */
gint64 rf_backoff_delay (guint failures, double factor, double max, double jitter);

/* What a Retry-After header asks to wait, in microseconds from `now` on, which is real time in seconds: a
 * number of seconds or a date. 0: it asks for nothing that can be understood, or the date is over. */
gint64 rf_backoff_parse_retry_after (const char *text, gint64 now);

/* Whether a further attempt is allowed after so many failed ones in a row; retries < 0: always, 0: never. */
gboolean rf_backoff_allows (guint failures, int retries);

G_END_DECLS
