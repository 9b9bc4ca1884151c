/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each reader waits longer after each failure, but many readers of many parts each are a storm all the same.
 * So a repeated request takes a token, and tokens come back slowly by themselves and quickly by success: a
 * server that fails at one request in two is repaired at full speed, one that fails at all is asked a few
 * times a second, by all readers together. */

#include "rf-budget-private.h"

/* What may be repeated at once: all workers of some readers, several times. */
#define CAPACITY 100.0

/* Kept for what a consumer waits for. */
#define RESERVE 25.0

/* When nothing succeeds any more. */
#define TOKENS_PER_SECOND 10.0

/* A part that has come pays for a failure of another one. */
#define REFUND 1.0

void
rf_budget_init (RfBudget *self, gint64 now)
{
  *self = (RfBudget){ .tokens = CAPACITY, .filled_at = now };
}

gint64
rf_budget_take (RfBudget *self, gint64 now, gboolean urgent)
{
  double least = urgent ? 0 : RESERVE;
  double missing;

  if (now > self->filled_at)
    {
      double came = (double)(now - self->filled_at) / G_TIME_SPAN_SECOND * TOKENS_PER_SECOND;

      self->tokens = MIN (self->tokens + came, CAPACITY);
      self->filled_at = now;
    }
  self->tokens -= 1;
  missing = least - self->tokens;
  return missing > 0 ? (gint64)(missing / TOKENS_PER_SECOND * G_TIME_SPAN_SECOND) : 0;
}

void
rf_budget_refund (RfBudget *self)
{
  self->tokens = MIN (self->tokens + REFUND, CAPACITY);
}
