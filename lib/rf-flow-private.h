/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is to be expected of a request whose body is on its way, and what another one should take over of
 * it: decisions without side effects. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

/* What is usual for requests of this resource. */
typedef struct
{
  gint64 first_byte; /* from the start of a request to the head of its answer, in microseconds */
  guint64 rate;      /* of one body, in bytes a second; 0: nothing is known */
} RfUsual;

/* How a request is getting on. */
typedef struct
{
  guint64 left;    /* bytes that are missing */
  guint64 brought; /* bytes that have come lately, */
  gint64 flowing;  /* in so many microseconds; 0: the head has not come yet */
} RfFlow;

/* Microseconds until all will have come; G_MAXINT64: that cannot be told. */
gint64 rf_flow_get_time_left (const RfFlow *self, const RfUsual *usual);

/* How long to watch a request before its rate says something, in microseconds. */
gint64 rf_flow_get_watch_time (const RfUsual *usual);

/* Whether it has been seen for long enough to have a rate of its own. */
gboolean rf_flow_is_measured (const RfFlow *self, const RfUsual *usual);

/* Whether it is much slower than usual. FALSE too where it has not been watched for long enough. */
gboolean rf_flow_is_slow (const RfFlow *self, const RfUsual *usual);

/* Whether nothing has come for so long, in microseconds, that next to nothing is under way. */
gboolean rf_flow_is_silent (gint64 silence, const RfUsual *usual);

/* What a connection tells of the network at present: how its flow comes or, before that says something, how the
 * `former` one came, which ended so long `ago`, though that may have been a burst: not more than usual. FALSE:
 * nothing. */
gboolean rf_flow_get_present_rate (
    const RfFlow *self, const RfFlow *former, gint64 ago, const RfUsual *usual, guint64 *rate);

/* How much of what is left it should keep if another request begins now with the rest, so that both end
 * at the same time; a slow one keeps nothing. All of it: another one would not help. */
guint64 rf_flow_get_share (const RfFlow *self, const RfUsual *usual);

G_END_DECLS
