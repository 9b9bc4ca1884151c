/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each reader waits longer after each failure, but many readers of many parts each are a storm all the same.
 * So a repeated request takes a token, and tokens come back slowly by themselves and quickly by success: a
 * server that fails at one request in two is repaired at full speed, one that fails at all is asked a few
 * times a second, by all readers together.
 *
 * Who has to wait is told for how long, and owes a token until then. What is urgent has a reserve of its own,
 * so that it does not stand in that queue. */

#include "rf-budget-private.h"

/* What may be repeated at once: all workers of some readers, several times. */
#define COMMON 75.0

/* And beyond that what a consumer waits for. */
#define RESERVE 25.0

/* When nothing succeeds any more. */
#define TOKENS_PER_SECOND 10.0

/* A part that has come pays for a failure of another one, and for bad luck: with one token a server that fails
 * at one request in two would take as many as it gives, and run into the limit at times. */
#define REFUND 2.0

/* The reserve is filled first. */
static void
add (RfBudget *self, double tokens)
{
  double reserve = MIN (self->reserve + tokens, RESERVE);

  self->tokens = MIN (self->tokens + tokens - (reserve - self->reserve), COMMON);
  self->reserve = reserve;
}

void
rf_budget_init (RfBudget *self, gint64 now)
{
  *self = (RfBudget){ .tokens = COMMON, .reserve = RESERVE, .filled_at = now };
}

gint64
rf_budget_take (RfBudget *self, gint64 now, gboolean urgent)
{
  double *purse;

  if (now > self->filled_at)
    {
      add (self, (double)(now - self->filled_at) / G_TIME_SPAN_SECOND * TOKENS_PER_SECOND);
      self->filled_at = now;
    }
  purse = urgent && self->tokens < 1 ? &self->reserve : &self->tokens;
  *purse -= 1;
  return *purse < 0 ? (gint64)(-*purse / TOKENS_PER_SECOND * G_TIME_SPAN_SECOND) : 0;
}

void
rf_budget_return (RfBudget *self)
{
  add (self, 1.0);
}

void
rf_budget_refund (RfBudget *self)
{
  add (self, REFUND);
}
