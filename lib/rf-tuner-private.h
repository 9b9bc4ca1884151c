/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many bodies may flow at a time, and how large a part is: decisions without side effects. */

#pragma once

#include "rf-refusals-private.h"
#include "rf-types.h"

G_BEGIN_DECLS

/* What has been seen so far. The counters only grow, from the start of the stream on. */
typedef struct
{
  gint64 now;       /* monotonic microseconds */
  guint64 received; /* bytes of bodies */
  gint64
      starved; /* microseconds in which the network was the limit, and not the consumer: the consumer
                      * waited, or there was room for another part */
  guint64 answers;    /* that came with what was asked for */
  guint64 refusals;   /* answers 429 and 503, and connections that were too many */
  gint64 first_byte;  /* usual time from a request to its head, microseconds; 0: unknown */
  guint64 rate;       /* usual bytes a second of one connection while its body flows; 0: unknown */
  gboolean is_full;   /* the threads that receive have no more time: the processor is the limit */
  gboolean is_shared; /* they receive for other streams, too */
  guint busy;         /* requests whose bodies flow or whose heads are waited for, now, */
  guint lasting;      /* and those of them that take the place of a worker: not what ends soon */
} RfTunerSample;

typedef enum
{
  RF_TUNER_WAITING,   /* for the first byte; near, a moment longer */
  RF_TUNER_MEASURING, /* what the base brings */
  RF_TUNER_CLIMBING,  /* more workers than the base are on trial, and then more again */
  RF_TUNER_RISING,    /* the same, to see whether that has begun to pay */
  RF_TUNER_FALLING,   /* fewer are on trial */
  RF_TUNER_HOLDING,   /* the base, until it is time for a trial */
} RfTunerState;

typedef struct
{
  /* The decision. */
  guint workers;   /* bodies that may flow at a time, at least 1 */
  gsize part_size; /* bytes that the next requests ask for, at most */

  /* The limits. */
  guint min_workers;
  guint max_workers;
  gsize max_part_size;
  gsize budget;

  RfTunerState state;
  guint base;             /* workers to go back to */
  gboolean is_guess;      /* they are a guess, and nothing is known of them */
  double base_goodput;    /* what they bring, bytes a second; 0: not measured */
  guint64 refused_before; /* refusals when the state began */
  gboolean was_refused;   /* some requests were, in the state before */
  gint64 shortest_wait;   /* for a first byte, as it was usual at any time */
  gint64 settled_at;      /* from then on the workers show what they bring, or the waiting ends */
  RfTunerSample before; /* at the beginning of the interval; earlier than that: it has not begun */

  /* While holding. */
  RfTunerState trial; /* the next one: RISING or FALLING */
  gint64 pause;       /* from one trial to the next */
  gint64 trial_at;

  RfRefusals refusals;
} RfTuner;

/* `budget`: bytes that the parts of all workers may take together. There are no more workers than have a
 * smallest part in it, or `min_workers`: if that is as many as `max_workers`, their number is given. */
void rf_tuner_init (
    RfTuner *self, guint min_workers, guint max_workers, gsize max_part_size, gsize budget);

/* To be called about every 10 ms while requests run, and whenever one has ended. */
void rf_tuner_update (RfTuner *self, const RfTunerSample *sample);

/* Whether the server has said of late that it has too much to do: then nothing is asked for twice or ahead of
 * time. */
gboolean rf_tuner_is_sparing (const RfTuner *self, gint64 now);

G_END_DECLS
