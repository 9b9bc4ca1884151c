/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which requests of all readers of a session may run at a host: decisions without side effects. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

typedef struct _RfAdmissionHost RfAdmissionHost;

/* A part of the session, guarded by its lock: each function here needs it. */
typedef struct
{
  GHashTable *hosts; /* those at which requests run or wait, by name */
  guint limit;       /* requests that may run at each; 0: as many as there are */
  guint num_waiting; /* tickets, at all hosts */
  guint64 num_turns; /* requests that have begun */
} RfAdmission;

/* Of one reader, in its memory. Zero at first. */
typedef struct
{
  guint64 last_turn; /* counted by the admission's num_turns; 0: it has had none */
} RfAdmissionReader;

/* Of one request at a time, in its owner's memory. Initialise owner and reader, the rest is zero. */
typedef struct _RfAdmissionTicket RfAdmissionTicket;
struct _RfAdmissionTicket
{
  gpointer owner;
  RfAdmissionReader *reader;

  /* The admission's. */
  RfAdmissionHost *host; /* NULL: it has left */
  gboolean waits;
  gboolean is_urgent;
  RfAdmissionTicket *next; /* the next one of its reader that waits */
  GList turn;              /* among the first ones of all readers, if it is the first of its own */
  guint64 last_turn;       /* of its reader when that began to wait for this turn */
};

void rf_admission_init (RfAdmission *self);

/* Every ticket must have left. */
void rf_admission_clear (RfAdmission *self);

/* A request is to begin. TRUE: it may. FALSE: it waits until next() returns its ticket. What is urgent goes
 * first among those of its reader. */
gboolean rf_admission_enter (RfAdmission *self,
                             const char *host,
                             RfAdmissionTicket *ticket,
                             gboolean is_urgent);

/* A ticket that waits has become urgent. Does nothing to others. */
void rf_admission_hurry (RfAdmission *self, RfAdmissionTicket *ticket);

/* A request has ended, or is not to begin any more. Does nothing to a ticket that has left. Call next() until
 * it returns NULL. */
void rf_admission_leave (RfAdmission *self, RfAdmissionTicket *ticket);

/* A lower limit ends no request. Call next() until it returns NULL. */
void rf_admission_set_limit (RfAdmission *self, guint limit);

/* Lets another request begin, and returns its ticket; NULL: none may, or none waits. */
RfAdmissionTicket *rf_admission_next (RfAdmission *self);

G_END_DECLS
