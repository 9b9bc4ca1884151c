/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is usual for requests of a resource, and how long one may receive nothing: decisions without side
 * effects. */

#pragma once

#include "rf-flow-private.h"

G_BEGIN_DECLS

/* Of the stream's timeout, no wait takes more than one part in so many: there has to be time for another
 * request. */
#define RF_PACE_MAX_SHARE 3

/* What is usual, in microseconds. Zero: nothing is known. */
typedef struct
{
  gint64 mean;
  gint64 deviation;
} RfEstimate;

typedef struct
{
  RfEstimate first_byte; /* from the start of a request to the head of its answer */
  RfEstimate gap;        /* the longest between two pieces of a body */
  double bytes;          /* that bodies have brought lately, */
  double time;           /* in so many microseconds of each */
} RfPace;

void rf_pace_add_first_byte (RfPace *self, gint64 wait);
void rf_pace_add_gap (RfPace *self, gint64 wait);

/* A body has brought so many bytes in so many microseconds. */
void rf_pace_add_body (RfPace *self, guint64 bytes, gint64 time);

RfUsual rf_pace_get_usual (const RfPace *self);

/* How long to wait for a request of a part that so many were given up for in a row, in microseconds.
 * `timeout` is that of the whole stream; 0: none. */
gint64 rf_pace_get_allowance (const RfPace *self, guint stalls, gint64 timeout);

G_END_DECLS
