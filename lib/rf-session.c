/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all readers of a process share: a few I/O threads with their connections, and the caches of
 * names and TLS sessions. A hundred readers use the same threads, and a reader that comes later finds
 * the connections of those before it. */

#include "rf-session-private.h"

#include "rf-budget-private.h"
#include "rf-error.h"
#include "rf-transport-curl-private.h"
#include "rf-transport-direct-private.h"

/* Beyond four threads the memory bus is the limit and not the processor. */
#define MAX_THREADS 4

struct _RfSession
{
  GObject parent_instance;

  RfCurlShare *share;
  RfSessionThread threads[MAX_THREADS];
  guint num_threads;

  gint next_thread; /* atomic */

  struct
  {
    GMutex lock;
    RfBudget retries;
  } locked;
};

G_DEFINE_FINAL_TYPE (RfSession, rf_session, G_TYPE_OBJECT)

static void
free_transport (gpointer data)
{
  RfTransport *transport = data;

  transport->free (transport);
}

static void
rf_session_finalize (GObject *object)
{
  RfSession *self = RF_SESSION (object);

  /* The last reader may be let go of on one of the threads, which then ends after this. */
  for (guint i = 0; i < self->num_threads; i++)
    {
      rf_reactor_stop (self->threads[i].reactor, free_transport, self->threads[i].transport);
      rf_reactor_unref (self->threads[i].reactor);
    }
  g_clear_pointer (&self->share, rf_curl_share_unref);
  g_mutex_clear (&self->locked.lock);

  G_OBJECT_CLASS (rf_session_parent_class)->finalize (object);
}

static void
rf_session_class_init (RfSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rf_session_finalize;
}

static void
rf_session_init (RfSession *self)
{
  g_mutex_init (&self->locked.lock);
  rf_budget_init (&self->locked.retries, g_get_monotonic_time ());
}

/**
 * rf_session_get_default:
 *
 * The session that all readers share which were given none. It is made at the first call and stays
 * until the process ends. A process that forks must not use it in the child, which has none of its
 * threads.
 *
 * Returns: (transfer none) (nullable): the session; %NULL where the process has reached its limit of
 *   threads or open files
 *
 * Since: 0.1
 */
RfSession *
rf_session_get_default (void)
{
  static GMutex lock;
  static RfSession *session;
  RfSession *found;

  /* A failure is not remembered: the limits may be raised, or others let go of what they hold. */
  g_mutex_lock (&lock);
  if (session == NULL)
    session = rf_session_new (NULL);
  found = session;
  g_mutex_unlock (&lock);
  return found;
}

/**
 * rf_session_new:
 * @error: return location for an error
 *
 * Makes a session with threads and connections of its own, for who wants to keep them apart from
 * those of the default session. Fails where no threads or descriptors can be had.
 *
 * Returns: (transfer full): the session
 *
 * Since: 0.1
 */
RfSession *
rf_session_new (GError **error)
{
  g_autoptr (RfSession) self = g_object_new (RF_TYPE_SESSION, NULL);
  guint wanted = MIN (g_get_num_processors (), MAX_THREADS);

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self->share = rf_curl_share_new ();
  while (self->num_threads < wanted)
    {
      RfReactor *reactor = rf_reactor_new (self->num_threads, error);

      if (reactor == NULL)
        return NULL;
      self->threads[self->num_threads].reactor = reactor;
      self->threads[self->num_threads].transport = rf_transport_direct_new (
          reactor, self->share, rf_transport_curl_new (reactor, self->share));
      self->num_threads++;
    }
  return g_steal_pointer (&self);
}

guint
rf_session_get_num_threads (RfSession *self)
{
  return self->num_threads;
}

const RfSessionThread *
rf_session_get_thread (RfSession *self, guint index)
{
  return &self->threads[index];
}

guint
rf_session_pick_thread (RfSession *self)
{
  return (guint)g_atomic_int_add (&self->next_thread, 1) % self->num_threads;
}

gint64
rf_session_take_retry (RfSession *self, gboolean urgent)
{
  gint64 wait;

  g_mutex_lock (&self->locked.lock);
  wait = rf_budget_take (&self->locked.retries, g_get_monotonic_time (), urgent);
  g_mutex_unlock (&self->locked.lock);
  return wait;
}

void
rf_session_return_retry (RfSession *self)
{
  g_mutex_lock (&self->locked.lock);
  rf_budget_return (&self->locked.retries);
  g_mutex_unlock (&self->locked.lock);
}

void
rf_session_refund_retry (RfSession *self)
{
  g_mutex_lock (&self->locked.lock);
  rf_budget_refund (&self->locked.retries);
  g_mutex_unlock (&self->locked.lock);
}
