/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How large a part is, where nobody has said it. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

/* Nothing is known of the network. */
#define RF_PART_SIZE_START ((gsize)1024 * 1024)

/* A smaller part costs more in requests than it gains. */
#define RF_PART_SIZE_MIN ((gsize)256 * 1024)

typedef struct
{
  gsize present;        /* what it is now */
  gsize most;           /* that a worker may have */
  gint64 first_byte;    /* usual time from a request to its head, microseconds; 0: unknown */
  gint64 shortest_wait; /* the same, at the time at which it was shortest */
  gint64 near;          /* what is answered sooner is on the machine itself, or beside it */
  guint64 rate;     /* usual bytes a second of one connection while its body flows; 0: unknown */
  gboolean is_full; /* the processor is the limit */
} RfPartSizeCase;

/* The size from now on. Pure. */
gsize rf_part_size_choose (const RfPartSizeCase *it);

G_END_DECLS
