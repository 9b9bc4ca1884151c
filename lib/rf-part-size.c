/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A part has to last long enough for what its request costs to be little beside it: the wait where that is not
 * hidden, and the processor's time in any case. All that goes beyond is memory, and far from the caches. */

#include "rf-part-size-private.h"

#define STEP ((gsize)64 * 1024)

/* A body lasts so many times as long as the wait for its first byte, as long as that takes no more than so much memory;
 * in any case so long that the wait of the next request is hidden although both vary. What a request costs the
 * processor is a wait, too. */
#define FIRST_BYTES_PER_PART 8
#define AMPLE_SIZE ((gsize)2 * 1024 * 1024)
#define MIN_FIRST_BYTES_PER_PART 2
#define MIN_FIRST_BYTE (G_TIME_SPAN_MILLISECOND / 5)

/* A part that stays in the processor's cache until it is consumed, where that is what counts. */
#define NEAR_SIZE ((gsize)1024 * 1024)

/* It is changed if it differs by more than 1 / this. */
#define HYSTERESIS 4

static double
get_wanted (const RfPartSizeCase *it)
{
  double wait = (double)MAX (it->first_byte, MIN_FIRST_BYTE) / G_TIME_SPAN_SECOND;
  double meanwhile = (double)it->rate * wait;
  double wanted = RF_PART_SIZE_START;

  if (it->first_byte == 0)
    return wanted;
  if (it->rate > 0)
    wanted = MAX (MIN (FIRST_BYTES_PER_PART * meanwhile, AMPLE_SIZE),
                  MIN_FIRST_BYTES_PER_PART * meanwhile);
  /* Grows with the distance, so that there is no cliff where near ends. */
  return MIN (wanted, NEAR_SIZE * MAX ((double)it->shortest_wait / (double)it->near, 1));
}

gsize
rf_part_size_choose (const RfPartSizeCase *it)
{
  gsize size = (gsize)CLAMP (get_wanted (it), RF_PART_SIZE_MIN, MAX (it->most, RF_PART_SIZE_MIN));
  gsize difference;

  size = MIN (size, it->most);
  if (size > RF_PART_SIZE_MIN)
    size -= size % STEP;
  /* Larger parts would only be more memory. */
  if (it->is_full)
    size = MIN (size, it->present);
  difference = MAX (size, it->present) - MIN (size, it->present);
  return it->present > it->most || difference > it->present / HYSTERESIS ? size : it->present;
}
