/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A worker's next request begins before its present one ends, so that the head of the answer comes when the
 * body before it has ended: its wait costs nothing. What counts is how many bodies will flow then.
 *
 * Parts grow from a start or seek on: the first is small, so that a demuxer that seeks again wastes little; each
 * one after it is twice as large, up to a slot.
 * Near the end they shrink to an equal share for each worker, so that all end at about the same
 * time and none is left to carry the last slot alone. */

#include "rf-plan-private.h"

/* Below this a part costs more in requests than it gains by being shared. */
#define MIN_SHARE ((guint64)256 * 1024)

/* A worker has a request whose body flows and one that waits for its head. */
#define REQUESTS_PER_WORKER 2

guint
rf_plan_get_max_lanes (guint num_workers)
{
  return num_workers * REQUESTS_PER_WORKER;
}

guint
rf_plan_count_lasting (const RfLoad *load)
{
  return load->num_waiting + load->num_flowing - load->num_ending - load->num_slow;
}

gboolean
rf_plan_may_begin (const RfLoad *load)
{
  return rf_plan_count_lasting (load) < load->num_workers
         && load->num_waiting + load->num_flowing < rf_plan_get_max_lanes (load->num_workers);
}

/* A first part may take longer than it takes to find out how many workers pay. */
guint
rf_plan_get_max_parts (guint read_ahead, guint num_workers, gboolean is_waited_for)
{
  return is_waited_for ? MAX (read_ahead, rf_plan_get_max_lanes (num_workers)) : read_ahead;
}

static guint64
ramp (const RfPlan *plan)
{
  /* Doubled once for each part; a shift beyond the slot size needs no more counting. */
  for (guint64 size = plan->first_part, i = 0; size < plan->slot_size; size *= 2, i++)
    if (i == plan->num_started)
      return size;
  return plan->slot_size;
}

gboolean
rf_plan_next_part (const RfPlan *plan, RfRange *part)
{
  guint64 size = ramp (plan);

  if (plan->next >= plan->end)
    return FALSE;
  if (plan->end != RF_SIZE_UNKNOWN)
    {
      guint64 left = plan->end - plan->next;
      guint64 share = left / plan->num_workers + (left % plan->num_workers != 0);

      size = MIN (size, MAX (share, MIN_SHARE));
      size = MIN (size, left);
    }
  part->start = plan->next;
  /* A start so near the largest offset has no answer but 416. */
  if (!g_uint64_checked_add (&part->end, part->start, size))
    part->end = RF_SIZE_UNKNOWN - 1;
  return part->end > part->start;
}
