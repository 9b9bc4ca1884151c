/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server that refuses requests is asked for: decisions without side effects. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 known;        /* refusals that have been dealt with */
  double pardons;       /* so many more may be chance */
  gint64 calm_at;       /* until then refusals belong to those that have been heeded, */
  gboolean is_draining; /* and so they do while there are requests from before */
  guint ceiling;        /* so many workers were refused; G_MAXUINT: none were */
  gint64 ceiling_until;
  gint64 spared_until;
} RfRefusals;

void rf_refusals_init (RfRefusals *self);

/* There have been `refusals` in all, and `requests` have been answered since the last time. Returns whether fewer
 * workers have to do. What is refused within `settle` microseconds from then on, or before all requests of earlier
 * have ended (`is_drained`), is of the same burst. */
gboolean rf_refusals_heed (RfRefusals *self,
                           gint64 now,
                           guint64 refusals,
                           double requests,
                           gboolean is_drained,
                           gint64 settle);

/* So many workers are too many for the server. */
void rf_refusals_set_ceiling (RfRefusals *self, guint workers, gint64 now);

/* To be called from time to time: what was too much need not be so for ever. */
void rf_refusals_lift_ceiling (RfRefusals *self, guint max_workers, gint64 now);

/* How many workers more than `base` may be tried, where `step` are wanted. */
guint rf_refusals_limit_step (const RfRefusals *self, guint base, guint step);

G_END_DECLS
