/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Nothing may come on an idle connection: its end, or what nobody has asked for, is the reason to close it.
 * Taken is the one that was used last, so that those that are too many get old. */

#include "rf-direct-pool-private.h"

/* Servers and what is between forget connections without a word; libcurl has the same limit. */
#define MAX_IDLE_TIME (118 * G_TIME_SPAN_SECOND)

/* How long the rest of an answer may take: it is on its way, or it does not come. */
#define DRAIN_TIMEOUT (100 * G_TIME_SPAN_MILLISECOND)

#define SCRATCH_SIZE 16384

struct _RfDirectPool
{
  RfReactor *reactor;
  GQueue idle;     /* entries, the one that was used last first */
  GQueue draining; /* entries too */
};

typedef struct
{
  RfDirectPool *pool;
  RfDirectConnection *connection;
  guint64 rest;
  RfTimer timer; /* for the end of draining */
  gint64 idle_since;
  GList link;
} Entry;

/* Returns its connection. */
static RfDirectConnection *
remove_entry (Entry *self)
{
  RfDirectPool *pool = self->pool;
  RfDirectConnection *connection = self->connection;

  rf_reactor_stop_timer (pool->reactor, &self->timer);
  g_queue_unlink (self->rest > 0 ? &pool->draining : &pool->idle, &self->link);
  g_free (self);
  return connection;
}

static void
close_entry (gpointer data)
{
  rf_direct_connection_free (remove_entry (data));
}

static void
on_idle_event (guint32 events, gpointer data)
{
  close_entry (data);
}

static void
be_idle (Entry *self)
{
  RfDirectPool *pool = self->pool;

  self->idle_since = g_get_monotonic_time ();
  g_queue_push_head_link (&pool->idle, &self->link);
  self->connection->watch.func = on_idle_event;
  self->connection->watch.data = self;
  if (!rf_direct_connection_watch (self->connection, EPOLLIN))
    close_entry (self);
  else if (pool->idle.length > RF_MAX_IDLE_CONNECTIONS)
    close_entry (g_queue_peek_tail (&pool->idle));
}

/* Reads what has come of the rest, and throws it away. */
static void
drain (Entry *self)
{
  guint8 scratch[SCRATCH_SIZE];
  guint64 rest = self->rest;
  RfIo io = RF_IO_DONE;

  while (rest > 0 && io == RF_IO_DONE)
    {
      gsize done = 0;

      io = rf_direct_connection_receive (self->connection, scratch,
                                         (gsize)MIN (rest, sizeof scratch), &done);
      rest -= done;
    }
  if (rest > 0 && io == RF_IO_AGAIN)
    {
      self->rest = rest;
      return;
    }
  if (rest > 0)
    {
      close_entry (self);
      return;
    }
  rf_reactor_stop_timer (self->pool->reactor, &self->timer);
  g_queue_unlink (&self->pool->draining, &self->link);
  self->rest = 0;
  be_idle (self);
}

static void
on_drain_event (guint32 events, gpointer data)
{
  drain (data);
}

static void
begin_drain (Entry *self)
{
  RfDirectPool *pool = self->pool;

  g_queue_push_head_link (&pool->draining, &self->link);
  self->connection->watch.func = on_drain_event;
  self->connection->watch.data = self;
  if (!rf_direct_connection_watch (self->connection, EPOLLIN))
    {
      close_entry (self);
      return;
    }
  rf_reactor_start_timer (pool->reactor, &self->timer, g_get_monotonic_time () + DRAIN_TIMEOUT);
  /* What has been decrypted already brings no event. */
  drain (self);
}

void
rf_direct_pool_give (RfDirectPool *self, RfDirectConnection *connection, guint64 rest)
{
  Entry *entry = g_new0 (Entry, 1);

  connection->was_used = TRUE;
  entry->pool = self;
  entry->connection = connection;
  entry->rest = rest;
  entry->timer.func = close_entry;
  entry->timer.data = entry;
  entry->link.data = entry;
  if (rest > 0)
    begin_drain (entry);
  else
    be_idle (entry);
}

/* Closes the oldest that have been idle for too long. */
static void
drop_old (RfDirectPool *self)
{
  gint64 limit = g_get_monotonic_time () - MAX_IDLE_TIME;
  Entry *oldest;

  while ((oldest = g_queue_peek_tail (&self->idle)) != NULL && oldest->idle_since < limit)
    close_entry (oldest);
}

RfDirectConnection *
rf_direct_pool_take (RfDirectPool *self, const char *key)
{
  GList *next;

  drop_old (self);
  for (GList *link = self->idle.head; link != NULL; link = next)
    {
      Entry *entry = link->data;

      next = link->next;
      if (!g_str_equal (entry->connection->key, key))
        continue;
      if (rf_direct_connection_is_quiet (entry->connection))
        return remove_entry (entry);
      close_entry (entry);
    }
  return NULL;
}

RfDirectPool *
rf_direct_pool_new (RfReactor *reactor)
{
  RfDirectPool *self = g_new0 (RfDirectPool, 1);

  self->reactor = reactor;
  g_queue_init (&self->idle);
  g_queue_init (&self->draining);
  return self;
}

void
rf_direct_pool_free (RfDirectPool *self)
{
  while (self->idle.length > 0)
    close_entry (g_queue_peek_head (&self->idle));
  while (self->draining.length > 0)
    close_entry (g_queue_peek_head (&self->draining));
  g_free (self);
}
