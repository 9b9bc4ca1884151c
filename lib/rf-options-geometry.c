/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is chosen where nothing is asked for: how many workers, and a ring that suits them. */

#include "rf-options-private.h"

#include "rf-error.h"

/* The ring that is chosen without being asked for takes no more than this, and only as far as it is used. */
#define DEFAULT_RING_SIZE ((gsize)256 << 20)

/* At 20 MiB/s a slot of 4 MiB takes 200 ms, twice as long as the longest usual wait for a first byte, which is hidden
 * then. Where less is enough, parts are smaller than their slots, and what they leave costs nothing; but all of a ring
 * that has a name is paid for. */
#define USUAL_SLOT_SIZE ((gsize)2 << 20)
#define LARGE_SLOT_SIZE ((gsize)4 << 20)

/* One that fills and one that is asked for ahead, */
#define MIN_SLOTS_PER_WORKER 2

/* and two for what others bring meanwhile if this worker is slow. */
#define SLOTS_PER_WORKER 4

/* With fewer, every buffer would be copied out: two slots are always kept for fetching. */
#define DEFAULT_MIN_SLOTS 4

guint
rf_options_choose_num_slots (guint num_workers)
{
  return MAX (num_workers * SLOTS_PER_WORKER, DEFAULT_MIN_SLOTS);
}

static gsize
choose_slot_size (const RfOptions *self)
{
  gsize most = self->shm_name != NULL ? USUAL_SLOT_SIZE : LARGE_SLOT_SIZE;
  gsize num_workers = self->num_workers != 0 ? self->num_workers : RF_MAX_CHOSEN_WORKERS;
  gsize size;

  if (self->num_slots != 0)
    return CLAMP (DEFAULT_RING_SIZE / self->num_slots, RF_MIN_SLOT_SIZE, most);
  size = CLAMP (DEFAULT_RING_SIZE / (num_workers * SLOTS_PER_WORKER), USUAL_SLOT_SIZE, most);
  return MIN (size, DEFAULT_RING_SIZE / (num_workers * MIN_SLOTS_PER_WORKER));
}

gboolean
rf_options_decide_geometry (const RfOptions *self, RfGeometry *geometry, GError **error)
{
  guint64 slot_size = self->slot_size;
  guint num_workers = self->num_workers;
  guint num_slots = self->num_slots;
  gsize total;

  if (num_workers > RF_MAX_WORKERS)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "num-workers is %u; set it to 0 (automatic) or to 1 to %u", num_workers,
                   RF_MAX_WORKERS);
      return FALSE;
    }
  if (slot_size != 0 && slot_size < RF_MIN_SLOT_SIZE)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "slot-size is %" G_GUINT64_FORMAT
                   " bytes; set it to 0 (automatic) or to %u at least",
                   slot_size, RF_MIN_SLOT_SIZE);
      return FALSE;
    }

  if (num_workers == 0)
    num_workers = RF_MAX_CHOSEN_WORKERS;
  if (slot_size == 0)
    slot_size = choose_slot_size (self);
  if (num_slots == 0)
    num_slots = (guint)CLAMP (DEFAULT_RING_SIZE / slot_size, (guint64)DEFAULT_MIN_SLOTS,
                              (guint64)rf_options_choose_num_slots (num_workers));

  if (slot_size > G_MAXSSIZE || !g_size_checked_mul (&total, (gsize)slot_size, num_slots)
      || total > G_MAXSSIZE)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "A ring of %u slots of %" G_GUINT64_FORMAT
                   " bytes is larger than memory can be; lower num-slots or slot-size",
                   num_slots, slot_size);
      return FALSE;
    }

  geometry->num_workers = num_workers;
  geometry->num_slots = num_slots;
  geometry->slot_size = (gsize)slot_size;
  return TRUE;
}
