/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

#define RF_TYPE_STATS (rf_stats_get_type ())

/**
 * RfStats:
 * @bytes: body bytes received, of all requests
 * @requests: HTTP requests started, repeated ones among them
 * @connections: connections opened
 * @retries: requests that had to be repeated after a failure
 * @stalls: requests that were given up because nothing came; they are among @retries too
 * @splits: requests of which another one has taken over a part, because they were slow or nothing else was
 *   left to do
 * @workers: how many bodies may come at a time, as it is now
 * @part_size: how many bytes a request asks for at most, as it is now
 * @slots_free: slots that wait for work
 * @slots_filling: slots that bytes arrive in or wait in for the consumer
 * @slots_lent: slots of which the consumer holds bytes
 * @copied: loans that were copied out of the ring because the consumer held too many slots
 * @goodput: bytes delivered to the consumer per second, since the start or the last seek
 *
 * What a reader has done so far.
 *
 * Since: 0.1
 */
typedef struct
{
  guint64 bytes;
  guint64 requests;
  guint64 connections;
  guint64 retries;
  guint64 stalls;
  guint64 splits;
  guint workers;
  guint64 part_size;
  guint slots_free;
  guint slots_filling;
  guint slots_lent;
  guint64 copied;
  guint64 goodput;
} RfStats;

RF_API
GType rf_stats_get_type (void) G_GNUC_CONST;

RF_API
RfStats *rf_stats_copy (const RfStats *self);

RF_API
void rf_stats_free (RfStats *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfStats, rf_stats_free)

G_END_DECLS
