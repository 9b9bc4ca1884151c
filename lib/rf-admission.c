/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* At a host with a limit readers take turns, whatever their number of workers: who has not had one for the
 * longest time begins one request. So a reader of many workers does not push aside one of a single worker,
 * and with a limit that is less than the number of readers each of them gets on, in its time. Who is new
 * goes behind those that wait, lest many short streams keep a long one waiting for ever.
 *
 * The tickets that wait are the queue itself: those of one reader are a list, whose first one stands for the
 * reader in the list of turns. */

#include "rf-admission-private.h"

struct _RfAdmissionHost
{
  char *name;
  guint num_running;
  GQueue turns; /* the first ticket of each reader that waits, by their last turns */
};

static void
free_host (gpointer data)
{
  RfAdmissionHost *host = data;

  g_free (host->name);
  g_free (host);
}

static RfAdmissionHost *
get_host (RfAdmission *self, const char *name)
{
  RfAdmissionHost *host = g_hash_table_lookup (self->hosts, name);

  if (host != NULL)
    return host;
  host = g_new0 (RfAdmissionHost, 1);
  host->name = g_strdup (name);
  g_hash_table_insert (self->hosts, host->name, host);
  return host;
}

static RfAdmissionTicket *
find_first (RfAdmissionHost *host, const RfAdmissionReader *reader)
{
  for (GList *turn = host->turns.head; turn != NULL; turn = turn->next)
    {
      RfAdmissionTicket *ticket = turn->data;

      if (ticket->reader == reader)
        return ticket;
    }
  return NULL;
}

/* A ticket stands for its reader, in the order of last turns. */
static void
push_first (RfAdmissionHost *host, RfAdmissionTicket *ticket)
{
  GList *before = host->turns.tail;

  ticket->last_turn = ticket->reader->last_turn;
  while (before != NULL && ((RfAdmissionTicket *)before->data)->last_turn > ticket->last_turn)
    before = before->prev;
  g_queue_insert_after_link (&host->turns, before, &ticket->turn);
}

/* Another ticket stands for the reader, in the same turn. */
static void
replace_first (RfAdmissionHost *host, RfAdmissionTicket *first, RfAdmissionTicket *other)
{
  other->last_turn = first->last_turn;
  g_queue_insert_before_link (&host->turns, &first->turn, &other->turn);
  g_queue_unlink (&host->turns, &first->turn);
}

/* Behind all others of its reader, but before those that are not urgent if it is. */
static void
push (RfAdmissionHost *host, RfAdmissionTicket *ticket)
{
  RfAdmissionTicket *before = find_first (host, ticket->reader);

  if (before == NULL)
    {
      push_first (host, ticket);
      return;
    }
  if (ticket->is_urgent && !before->is_urgent)
    {
      ticket->next = before;
      replace_first (host, before, ticket);
      return;
    }
  while (before->next != NULL && (before->next->is_urgent || !ticket->is_urgent))
    before = before->next;
  ticket->next = before->next;
  before->next = ticket;
}

/* The turn of its reader remains if the reader has other tickets. */
static void
take_out (RfAdmissionHost *host, RfAdmissionTicket *ticket)
{
  RfAdmissionTicket *before = find_first (host, ticket->reader);

  if (before != ticket)
    {
      while (before->next != ticket)
        before = before->next;
      before->next = ticket->next;
    }
  else if (ticket->next != NULL)
    {
      replace_first (host, ticket, ticket->next);
    }
  else
    {
      g_queue_unlink (&host->turns, &ticket->turn);
    }
  ticket->next = NULL;
}

static gboolean
has_room (const RfAdmission *self, const RfAdmissionHost *host)
{
  return self->limit == 0 || host->num_running < self->limit;
}

void
rf_admission_init (RfAdmission *self)
{
  *self = (RfAdmission){
    .hosts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_host),
  };
}

void
rf_admission_clear (RfAdmission *self)
{
  g_clear_pointer (&self->hosts, g_hash_table_unref);
}

static void
begin (RfAdmission *self, RfAdmissionTicket *ticket)
{
  ticket->waits = FALSE;
  ticket->host->num_running++;
  ticket->reader->last_turn = ++self->num_turns;
}

gboolean
rf_admission_enter (RfAdmission *self,
                    const char *host,
                    RfAdmissionTicket *ticket,
                    gboolean is_urgent)
{
  ticket->host = get_host (self, host);
  ticket->turn.data = ticket;
  ticket->is_urgent = is_urgent;
  if (has_room (self, ticket->host) && g_queue_is_empty (&ticket->host->turns))
    {
      begin (self, ticket);
      return TRUE;
    }
  if (ticket->reader->last_turn == 0)
    ticket->reader->last_turn = self->num_turns;
  ticket->waits = TRUE;
  self->num_waiting++;
  push (ticket->host, ticket);
  return FALSE;
}

void
rf_admission_hurry (RfAdmission *self, RfAdmissionTicket *ticket)
{
  RfAdmissionTicket *first;

  if (ticket->host == NULL || !ticket->waits || ticket->is_urgent)
    return;
  first = find_first (ticket->host, ticket->reader);
  ticket->is_urgent = TRUE;
  if (ticket == first)
    return;
  take_out (ticket->host, ticket);
  push (ticket->host, ticket);
}

void
rf_admission_leave (RfAdmission *self, RfAdmissionTicket *ticket)
{
  RfAdmissionHost *host = g_steal_pointer (&ticket->host);

  if (host == NULL)
    return;
  if (ticket->waits)
    {
      take_out (host, ticket);
      self->num_waiting--;
      ticket->waits = FALSE;
    }
  else
    {
      host->num_running--;
    }
  if (host->num_running == 0 && g_queue_is_empty (&host->turns))
    g_hash_table_remove (self->hosts, host->name);
}

void
rf_admission_set_limit (RfAdmission *self, guint limit)
{
  self->limit = limit;
}

static RfAdmissionTicket *
admit (RfAdmission *self, RfAdmissionHost *host)
{
  RfAdmissionTicket *ticket = g_queue_pop_head_link (&host->turns)->data;

  RfAdmissionTicket *next = g_steal_pointer (&ticket->next);

  begin (self, ticket);
  self->num_waiting--;
  if (next != NULL)
    push_first (host, next);
  return ticket;
}

RfAdmissionTicket *
rf_admission_next (RfAdmission *self)
{
  GHashTableIter iter;
  gpointer value;

  if (self->num_waiting == 0)
    return NULL;
  g_hash_table_iter_init (&iter, self->hosts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      RfAdmissionHost *host = value;

      if (!g_queue_is_empty (&host->turns) && has_room (self, host))
        return admit (self, host);
    }
  return NULL;
}
