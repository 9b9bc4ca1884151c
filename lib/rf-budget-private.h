/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many repeated requests all readers of a session may send: decisions without side effects. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

/* A token bucket. Zero is an empty one. */
typedef struct
{
  double tokens;    /* less than 0: owed by those that wait */
  double reserve;   /* the same, for what is urgent */
  gint64 filled_at; /* monotonic microseconds */
} RfBudget;

/* A full bucket. */
void rf_budget_init (RfBudget *self, gint64 now);

/* Takes the token for a repeated request, and returns how long to wait for it, in microseconds. What is
 * urgent goes first: a part of the bucket is kept for it, whatever the others owe. */
gint64 rf_budget_take (RfBudget *self, gint64 now, gboolean urgent);

/* A request that a token was taken for is not sent. */
void rf_budget_return (RfBudget *self);

/* A part has come whole: who can serve may be asked again. */
void rf_budget_refund (RfBudget *self);

G_END_DECLS
