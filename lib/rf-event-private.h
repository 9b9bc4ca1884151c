/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A flag in shared memory that can be waited for. */

#pragma once

#include "rf-types.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* Lies in shared memory and works between all processes that have it mapped; all zero is a cleared
 * event. The functions may be called from any thread. */
typedef struct
{
  _Atomic guint32 word; /* bit 0: set; bit 1: somebody may wait; the rest counts interruptions */
} RfEvent;

void rf_event_set (RfEvent *self);
void rf_event_clear (RfEvent *self);
gboolean rf_event_is_set (RfEvent *self);

/* Waits until the event is set, and clears it: one waiter gets one set. Waits for ever where the
 * timeout in microseconds is negative; FALSE with RF_ERROR_TIMED_OUT or G_IO_ERROR_CANCELLED. */
gboolean rf_event_wait (RfEvent *self, gint64 timeout, GCancellable *cancellable, GError **error);

G_END_DECLS
