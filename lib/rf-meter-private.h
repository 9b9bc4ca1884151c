/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a thread has of the processors, and what it lacks of them. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

/* All is for the thread that is measured, rf_meter_clear() excepted. */
typedef struct
{
  int fd; /* the kernel's statistics of the thread; -1: it has none */
  gint64 looked;
  gint64 run;  /* microseconds on a processor by then */
  gint64 late; /* and in which there was something to do, but no processor for it */
} RfMeter;

/* Between two looks, as shares of the time. */
typedef struct
{
  double run;
  double late; /* 0 where the kernel does not tell */
} RfMeterReading;

void rf_meter_init (RfMeter *self, gint64 now);
void rf_meter_clear (RfMeter *self);

/* What has been since the last look, if that is `interval` microseconds ago; else FALSE. */
gboolean rf_meter_look (RfMeter *self, gint64 now, gint64 interval, RfMeterReading *reading);

G_END_DECLS
