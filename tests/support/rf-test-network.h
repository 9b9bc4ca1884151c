/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A network in which time is a number: a stream through it depends on nothing but its seed. */

#pragma once

#include "rf-tuner-private.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  double rate;         /* bytes a second of one connection; 0: no limit */
  gint64 latency;      /* microseconds for a connection, and again for a first byte */
  double link;         /* bytes a second of all; 0: no limit */
  double crowding;     /* of `link`, what each body beyond the second costs */
  double jitter;       /* a part's rate varies by so much up and down */
  double slow;         /* so many of all parts have a twentieth of the rate */
  double exposed;      /* so many of all first bytes are not waited for while other bodies flow */
  guint most;          /* requests that the server has at a time, it refuses more; 0: no limit */
  double refused;      /* so many of all requests are refused, however few there are */
  double consumer;     /* bytes a second; 0: no limit */
  gint64 consumer_for; /* the consumer is so slow for that time, and fast for the same; 0: always */
  gint64 drop_at; /* the link falls to a quarter, and rises again as long afterwards; 0: never */
} RfTestNetwork;

/* From one number of bytes received to the next, microseconds. */
#define RF_TEST_NETWORK_PERIOD (50 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GArray
      *received;   /* guint64: bytes at the end of each period, until the last part was asked for */
  gint64 duration; /* until then */
  guint64 bytes;   /* and what had come */
  guint level;     /* the fixed number of workers, or the last decision */
  guint refusals;
} RfTestStream;

/* `fixed`: workers; 0: as many as the tuner says, up to `max_workers`. Ends after `limit` microseconds. */
RfTestStream *rf_test_network_stream (const RfTestNetwork *network,
                                      guint fixed,
                                      guint max_workers,
                                      guint64 size,
                                      gint64 limit,
                                      guint32 seed);

void rf_test_stream_free (RfTestStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfTestStream, rf_test_stream_free)

G_END_DECLS
