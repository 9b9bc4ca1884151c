/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A plain structure, so that reading it costs a copy and no lookups. */

#include "rf-stats.h"

G_DEFINE_BOXED_TYPE (RfStats, rf_stats, rf_stats_copy, rf_stats_free)

/**
 * rf_stats_copy:
 * @self: statistics
 *
 * Returns: (transfer full): a copy, to be freed with [method@RingFetch.Stats.free]
 *
 * Since: 0.1
 */
RfStats *
rf_stats_copy (const RfStats *self)
{
  RfStats *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (RfStats, 1);
  *copy = *self;
  return copy;
}

/**
 * rf_stats_free:
 * @self: (transfer full) (nullable): statistics
 *
 * Since: 0.1
 */
void
rf_stats_free (RfStats *self)
{
  g_free (self);
}
