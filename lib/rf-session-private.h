/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The I/O threads of a session, and its limits. */

#pragma once

#include "rf-session.h"

#include "rf-admission-private.h"
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

/* A request's turn among those of all readers at its server. Each worker has one, and each reader an
 * RfAdmissionReader. */
typedef struct
{
  RfAdmissionTicket ticket;
  RfReactor *reactor;
  RfTask task;
} RfTurn;

/* Once. The function will be called on the reactor's thread, without a lock. */
void rf_turn_init (
    RfTurn *self, RfAdmissionReader *reader, RfReactor *reactor, RfTaskFunc func, gpointer data);

/* A request is to begin at this server, see rf_location_get_server(). TRUE: it may at once. FALSE: the turn's
 * function will be called when it may, unless it leaves before; it must not enter again until then. What a
 * consumer waits for is urgent. Any thread, as all about turns; the lock of a fetcher may be held. */
gboolean rf_session_enter (RfSession *self, RfTurn *turn, const char *server, gboolean is_urgent);

/* The consumer has come to wait for it. */
void rf_session_hurry (RfSession *self, RfTurn *turn);

/* The request has ended, or is not to begin any more. TRUE: it still waited, and the turn's function will not
 * be called. Does nothing if it has left before. */
gboolean rf_session_leave (RfSession *self, RfTurn *turn);

/* A reader has come, or has gone. Any thread. */
void rf_session_add_reader (RfSession *self);
void rf_session_remove_reader (RfSession *self);

/* Whether there is more than one reader. */
gboolean rf_session_is_shared (RfSession *self);

/* How many workers each reader may choose to have, so that all of them together are not too many. */
guint rf_session_get_worker_share (RfSession *self);

/* The index of the thread that a new reader begins with, so that readers spread over all. */
guint rf_session_pick_thread (RfSession *self);

G_END_DECLS
