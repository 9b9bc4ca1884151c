/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which range comes next: a decision without side effects. */

#pragma once

#include "rf-range-private.h"

G_BEGIN_DECLS

/* All that the decision depends on. */
typedef struct
{
  guint64 next;       /* first byte that no part has yet */
  guint64 end;        /* where reading ends; RF_SIZE_UNKNOWN: not known yet */
  guint num_started;  /* parts started since the last start or seek */
  guint64 first_part; /* the most that the first of them has */
  guint num_workers;
  gsize slot_size;
} RfPlan;

/* What the lanes of a resource do. */
typedef struct
{
  guint num_workers;
  guint num_waiting; /* for the head of an answer, or for their turn to ask */
  guint num_flowing; /* their bodies come, */
  guint num_ending;  /* and so many will have ended when a request that begins now is answered, */
  guint num_slow;    /* and so many bring next to nothing; none is counted twice */
} RfLoad;

/* How many requests take the place of a worker. */
guint rf_plan_count_lasting (const RfLoad *load);

/* Whether one more request may begin. */
gboolean rf_plan_may_begin (const RfLoad *load);

/* The most lanes that can be at work at a time. */
guint rf_plan_get_max_lanes (guint num_workers);

/* How many parts the window may have that is opened as far as `read_ahead`. */
guint rf_plan_get_max_parts (guint read_ahead, guint num_workers, gboolean is_waited_for);

/* The range of the next part. FALSE: there is none. */
gboolean rf_plan_next_part (const RfPlan *plan, RfRange *part);

G_END_DECLS
