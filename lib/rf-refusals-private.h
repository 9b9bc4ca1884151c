/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server that refuses requests is asked for: decisions without side effects. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 known;        /* refusals that have been dealt with */
  guint64 answered;     /* the other answers, as of then */
  double pardons;       /* so many more may be chance */
  gint64 calm_at;       /* until then refusals belong to those that have been heeded, */
  gboolean is_draining; /* and so they do while there are requests from before */
  guint ceiling;        /* so many workers were refused; G_MAXUINT: none were */
  gint64 ceiling_until;
  guint64 strays;      /* refusals below the ceiling that have to come before it is doubted, */
  guint64 next_strays; /* and below the next one */
  guint paid;          /* so many workers have been worth it since */
  gint64 spared_until;
} RfRefusals;

void rf_refusals_init (RfRefusals *self);

/* What has been until now tells nothing. */
void rf_refusals_skip (RfRefusals *self, guint64 refusals, guint64 answers);

/* There have been `refusals` in all, and `answers` that were none. `is_drained`: no more requests run than the
 * present workers make; `is_trial`: more workers than usual are tried. Returns whether fewer have to do. */
gboolean rf_refusals_heed (RfRefusals *self,
                           gint64 now,
                           guint64 refusals,
                           guint64 answers,
                           gboolean is_drained,
                           gboolean is_trial);

/* So many workers, at least one, are too many for the server. What is refused within `settle` microseconds from now on,
 * or before all their requests have ended, is of the same burst. */
void rf_refusals_set_ceiling (RfRefusals *self, guint workers, gint64 now, gint64 settle);

/* So many have brought more than fewer. */
void rf_refusals_set_paid (RfRefusals *self, guint workers);

/* Forgets the ceiling if so much has been refused below it that it tells nothing, and returns whether that is so. */
gboolean rf_refusals_doubt_ceiling (RfRefusals *self);

/* To be called from time to time: what was too much need not be so for ever. */
void rf_refusals_lift_ceiling (RfRefusals *self, guint max_workers, gint64 now);

/* How many workers more than `base` may be tried, where `step` are wanted. */
guint rf_refusals_limit_step (const RfRefusals *self, guint base, guint step);

G_END_DECLS
