/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast a stream may ask for bytes: decisions without side effects. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

/* Part of a fetcher, guarded by its lock. */
typedef struct
{
  guint64 rate;   /* bytes a second; 0: no limit */
  double balance; /* bytes that may be asked for; less than 0: how many were asked for too soon */
  gint64 counted_at; /* monotonic microseconds */
} RfThrottle;

/* The first part may begin at once. */
void rf_throttle_init (RfThrottle *self, guint64 rate, gint64 now);

/* How long to wait before another part begins, in microseconds; 0: it may begin. Never more than a day,
 * after which to ask again. */
gint64 rf_throttle_get_wait (const RfThrottle *self, gint64 now);

/* A part begins. It is taken whole, be there enough for it or not: the next one waits for it. What is
 * repeated of it is not taken again. */
void rf_throttle_take (RfThrottle *self, guint64 bytes, gint64 now);

/* So many bytes of a part that has begun will not come: it was cancelled, or turned out shorter. */
void rf_throttle_give_back (RfThrottle *self, guint64 bytes);

/* The size of a part, not more than `size` bytes, that keeps the flow even and so many workers busy. */
gsize rf_throttle_limit_part (const RfThrottle *self, gsize size, guint num_workers);

G_END_DECLS
