/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The I/O threads of a session. */

#pragma once

#include "rf-session.h"
#include "rf-transport-private.h"

G_BEGIN_DECLS

/* A reactor and the transport that belongs to it. */
typedef struct
{
  RfReactor *reactor;
  RfTransport *transport;
} RfSessionThread;

guint rf_session_get_num_threads (RfSession *self);

/* Owned by the session. */
const RfSessionThread *rf_session_get_thread (RfSession *self, guint index);

/* A request is to be repeated: how long it has to wait for its turn, in microseconds. What a consumer waits
 * for is urgent. Any thread; the lock of a fetcher may be held. */
gint64 rf_session_take_retry (RfSession *self, gboolean urgent);

/* It is not repeated after all, or in another turn. */
void rf_session_return_retry (RfSession *self);

/* A request has brought what it was for. */
void rf_session_refund_retry (RfSession *self);

/* The index of the thread that a new reader begins with, so that readers spread over all. */
guint rf_session_pick_thread (RfSession *self);

G_END_DECLS
