/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A store refuses some requests now and then however few there are, and heeding that would in the end leave one
 * worker. Whom we ask for too much refuses more: of what is asked ahead of time alone it is every other request. */

#include "rf-refusals-private.h"

/* For so many other answers one refusal has no consequence, and so many in a row have none. */
#define ANSWERS_PER_PARDON 4
#define FIRST_PARDONS 3
#define MAX_PARDONS 8

/* So long the server is spared whatever is not needed. */
#define SPARED_FOR (5 * G_TIME_SPAN_SECOND)

/* Whoever has refused is left alone with more for so long. */
#define CEILING_LASTS (30 * G_TIME_SPAN_SECOND)
#define CEILING_SHARE 8

/* Unless so many more are refused although fewer ask: then it was chance. But one worker too many is refused now and
 * then, too, so each doubt needs more of them than the one before, until more workers have paid. */
#define FIRST_STRAYS 4
#define STRAYS_GROWTH 4
#define MAX_STRAYS 1024

void
rf_refusals_init (RfRefusals *self)
{
  *self
      = (RfRefusals){ .pardons = FIRST_PARDONS, .ceiling = G_MAXUINT, .next_strays = FIRST_STRAYS };
}

void
rf_refusals_skip (RfRefusals *self, guint64 refusals, guint64 answers)
{
  self->known = refusals;
  self->answered = answers;
}

/* Whether more have been refused since the last time than can be chance. */
static gboolean
are_too_many (RfRefusals *self, guint64 fresh, guint64 answers)
{
  double earned = (double)answers / ANSWERS_PER_PARDON;

  self->pardons = MIN (self->pardons + earned, MAX_PARDONS);
  if ((double)fresh <= self->pardons)
    {
      self->pardons -= (double)fresh;
      return FALSE;
    }
  self->pardons = FIRST_PARDONS;
  return TRUE;
}

gboolean
rf_refusals_heed (RfRefusals *self,
                  gint64 now,
                  guint64 refusals,
                  guint64 answers,
                  gboolean is_drained,
                  gboolean is_trial)
{
  guint64 fresh = refusals - MIN (self->known, refusals);
  gboolean too_many = are_too_many (self, fresh, answers - MIN (self->answered, answers));

  self->known += fresh;
  self->answered = MAX (self->answered, answers);
  if (is_drained)
    self->is_draining = FALSE;
  if (now < self->calm_at || self->is_draining)
    return FALSE;
  if (!is_trial && !too_many)
    self->strays -= MIN (fresh, self->strays);
  if (too_many)
    self->spared_until = now + SPARED_FOR;
  return too_many;
}

void
rf_refusals_set_ceiling (RfRefusals *self, guint workers, gint64 now, gint64 settle)
{
  self->is_draining = TRUE;
  self->calm_at = now + settle;
  if (self->ceiling == G_MAXUINT)
    self->strays = self->next_strays;
  self->ceiling = workers;
  self->ceiling_until = now + CEILING_LASTS;
  self->paid = MIN (self->paid, workers - 1);
}

void
rf_refusals_set_paid (RfRefusals *self, guint workers)
{
  if (workers <= self->paid)
    return;
  self->paid = workers;
  self->next_strays = FIRST_STRAYS;
}

gboolean
rf_refusals_doubt_ceiling (RfRefusals *self)
{
  if (self->ceiling == G_MAXUINT || self->strays > 0)
    return FALSE;
  self->ceiling = G_MAXUINT;
  self->next_strays = MIN (STRAYS_GROWTH * self->next_strays, MAX_STRAYS);
  return TRUE;
}

void
rf_refusals_lift_ceiling (RfRefusals *self, guint max_workers, gint64 now)
{
  if (self->ceiling == G_MAXUINT || now < self->ceiling_until)
    return;
  self->ceiling += MAX (self->ceiling / CEILING_SHARE, 1);
  self->ceiling_until = now + CEILING_LASTS;
  if (self->ceiling > max_workers)
    self->ceiling = G_MAXUINT;
}

guint
rf_refusals_limit_step (const RfRefusals *self, guint base, guint step)
{
  if (self->ceiling == G_MAXUINT)
    return step;
  return MIN (step, self->ceiling > base ? (self->ceiling - base) / 2 : 0);
}
