/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An I/O thread: epoll, timers, and tasks posted from other threads. */

#pragma once

#include "rf-types.h"

#include <sys/epoll.h>

G_BEGIN_DECLS

typedef struct _RfReactor RfReactor;

typedef void (*RfTaskFunc) (gpointer data);

/* Work for a reactor, in memory of the poster's: initialise func and data, then leave it alone from
 * the post to the call of func. A task may be posted again from its own func. */
typedef struct _RfTask RfTask;
struct _RfTask
{
  RfTaskFunc func;
  gpointer data;
  RfTask *next; /* the reactor's */
};

/* A moment to be called at. Initialise func and data; the reactor's thread only. */
typedef struct _RfTimer RfTimer;
struct _RfTimer
{
  RfTaskFunc func;
  gpointer data;
  gint64 at;      /* the reactor's: monotonic microseconds */
  RfTimer *next;  /* the reactor's */
  gboolean armed; /* the reactor's */
};

/* A descriptor to be called about; the reactor's thread only. */
typedef struct
{
  void (*func) (guint32 events, gpointer data);
  gpointer data;
  int fd;
  gboolean watched; /* the reactor's */
} RfWatch;

/* Starts the thread. */
RfReactor *rf_reactor_new (guint index, GError **error);
RfReactor *rf_reactor_ref (RfReactor *self);
void rf_reactor_unref (RfReactor *self);

/* Has the thread run the tasks that wait, call `last` and end. Waits for that, unless it is called on
 * the thread itself, which then ends when it is back in its loop. Once, and no task may be posted
 * afterwards. Does nothing to a thread that has been halted. */
void rf_reactor_stop (RfReactor *self, RfTaskFunc last, gpointer data);

/* Stops the threads of all reactors where they are, for good: what they use is about to be taken apart,
 * as the process exits. */
void rf_reactor_halt_all (void);

/* Runs a task on the reactor's thread, in order of posting. Any thread, any lock may be held. */
void rf_reactor_post (RfReactor *self, RfTask *task);

/* Whether the caller is on the reactor's thread. */
gboolean rf_reactor_is_current (RfReactor *self);

/* Whether the thread has used up a processor of late: then more work is better done by another one. Any thread, any
 * lock may be held. */
gboolean rf_reactor_is_busy (RfReactor *self);

/* Whether it has hardly waited for anything of late, be it that it worked or that it had to wait for a processor: then
 * more requests would bring nothing sooner. Any thread, any lock may be held. */
gboolean rf_reactor_is_full (RfReactor *self);

/* The rest: on the reactor's thread only. Whatever it calls is called without a lock. */
void rf_reactor_start_timer (RfReactor *self, RfTimer *timer, gint64 at);
void rf_reactor_stop_timer (RfReactor *self, RfTimer *timer);
gboolean rf_reactor_watch (RfReactor *self, RfWatch *watch, guint32 events);
void rf_reactor_unwatch (RfReactor *self, RfWatch *watch);

G_END_DECLS
