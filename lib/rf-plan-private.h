/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which range comes next: a decision without side effects. */

#pragma once

#include "rf-range-private.h"

G_BEGIN_DECLS

/* All that the decision depends on. */
typedef struct
{
  guint64 next;      /* first byte that no part has yet */
  guint64 end;       /* where reading ends; RF_SIZE_UNKNOWN: not known yet */
  guint num_started; /* parts started since the last start or seek */
  guint num_workers;
  gsize slot_size;
} RfPlan;

/* The range of the next part. FALSE: there is none. */
gboolean rf_plan_next_part (const RfPlan *plan, RfRange *part);

G_END_DECLS
