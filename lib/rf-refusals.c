/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A store refuses some requests now and then however few there are, and heeding that would in the end leave one
 * worker. Whom we ask for too much refuses more: of what is asked ahead of time alone it is every other request. */

#include "rf-refusals-private.h"

/* One in so many requests may be refused without a consequence, and so many in a row. */
#define REQUESTS_PER_PARDON 5
#define FIRST_PARDONS 3
#define MAX_PARDONS 8

/* So long the server is spared whatever is not needed. */
#define SPARED_FOR (5 * G_TIME_SPAN_SECOND)

/* Whoever has refused is left alone with more for so long. */
#define CEILING_LASTS (30 * G_TIME_SPAN_SECOND)
#define CEILING_SHARE 8

void
rf_refusals_init (RfRefusals *self)
{
  *self = (RfRefusals){ .pardons = FIRST_PARDONS, .ceiling = G_MAXUINT };
}

/* Whether more have been refused since the last time than can be chance. */
static gboolean
are_too_many (RfRefusals *self, guint64 refusals, double requests)
{
  double fresh = (double)(refusals - MIN (self->known, refusals));

  self->known = MAX (self->known, refusals);
  self->pardons = MIN (self->pardons + requests / REQUESTS_PER_PARDON, MAX_PARDONS);
  if (fresh <= self->pardons)
    {
      self->pardons -= fresh;
      return FALSE;
    }
  self->pardons = FIRST_PARDONS;
  return TRUE;
}

gboolean
rf_refusals_heed (RfRefusals *self,
                  gint64 now,
                  guint64 refusals,
                  double requests,
                  gboolean is_drained,
                  gint64 settle)
{
  gboolean too_many = are_too_many (self, refusals, requests);

  if (is_drained)
    self->is_draining = FALSE;
  if (!too_many || now < self->calm_at || self->is_draining)
    return FALSE;
  self->is_draining = TRUE;
  self->spared_until = now + SPARED_FOR;
  self->calm_at = now + settle;
  return TRUE;
}

void
rf_refusals_set_ceiling (RfRefusals *self, guint workers, gint64 now)
{
  self->ceiling = workers;
  self->ceiling_until = now + CEILING_LASTS;
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
