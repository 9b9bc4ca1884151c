/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The coordinator of one resource: which request runs next, into which slot. */

#pragma once

#include "rf-location-private.h"
#include "rf-loan-private.h"
#include "rf-options-private.h"
#include "rf-ring-buffer-private.h"
#include "rf-session-private.h"
#include "rf-stats.h"

G_BEGIN_DECLS

typedef struct _RfFetcher RfFetcher;

RfFetcher *rf_fetcher_new (RfSession *session,
                           RfRingBuffer *ring,
                           RfLocation *location,
                           const RfOptions *options);

RfFetcher *rf_fetcher_ref (RfFetcher *self);
void rf_fetcher_unref (RfFetcher *self);

/* Ends all requests without waiting for it. What is lent stays. Must be called before the last
 * reference of the owner goes. */
void rf_fetcher_close (RfFetcher *self);

/* The following may be called from any thread: one take() at a time, beside all others. */

/* Begins with the first request if that has not been done yet, and waits until the resource is known
 * or that has failed. More requests follow when the consumer takes bytes or seeks. */
gboolean rf_fetcher_open (RfFetcher *self, GCancellable *cancellable, GError **error);

/* Goes on at another offset, up to `stop`. Never waits. Where the resource is known to have no ranges it
 * fails, unless the bytes are here or `start` is 0. */
gboolean rf_fetcher_seek (RfFetcher *self, guint64 start, guint64 stop, GError **error);

/* Waits for the next bytes and lends them: all of a part, or what has come of it about a millisecond
 * after the wait began; the first bytes after a start or seek at once. At most `max` bytes. The
 * empty loan stands for the end. */
RfLoan *rf_fetcher_take (RfFetcher *self, gsize max, GCancellable *cancellable, GError **error);

/* What is known of the resource; FALSE: nothing yet. */
gboolean rf_fetcher_get_resource (RfFetcher *self, guint64 *size, gboolean *ranges);

/* Where the resource really is, or where redirections have led so far; NULL: not known yet. Free with
 * g_free(). */
char *rf_fetcher_dup_uri (RfFetcher *self);

/* The HTTP status of the answer that the stream failed with; 0: it did not. */
guint rf_fetcher_get_error_status (RfFetcher *self);

void rf_fetcher_get_stats (RfFetcher *self, RfStats *stats);

G_END_DECLS
