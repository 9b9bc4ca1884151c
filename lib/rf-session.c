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

/* The workers that all readers together choose to have. Each is a connection or two, and memory for what comes
 * by it. */
#define MAX_CHOSEN_WORKERS 128

struct _RfSession
{
  GObject parent_instance;

  RfCurlShare *share;
  RfSessionThread threads[MAX_THREADS];
  guint num_threads;

  gint next_thread; /* atomic */
  gint num_readers; /* atomic */

  struct
  {
    GMutex lock;
    RfBudget retries;
    RfAdmission admission;
  } locked;
};

enum
{
  PROP_0,
  PROP_MAX_CONNECTIONS_PER_HOST,
  NUM_PROPERTIES,
};

static GParamSpec *properties[NUM_PROPERTIES];

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
  rf_admission_clear (&self->locked.admission);
  g_mutex_clear (&self->locked.lock);

  G_OBJECT_CLASS (rf_session_parent_class)->finalize (object);
}

static void
rf_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  RfSession *self = RF_SESSION (object);

  switch (id)
    {
    case PROP_MAX_CONNECTIONS_PER_HOST:
      g_value_set_uint (value, rf_session_get_max_connections_per_host (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
rf_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  RfSession *self = RF_SESSION (object);

  switch (id)
    {
    case PROP_MAX_CONNECTIONS_PER_HOST:
      rf_session_set_max_connections_per_host (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
rf_session_class_init (RfSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = rf_session_finalize;
  object_class->get_property = rf_session_get_property;
  object_class->set_property = rf_session_set_property;

  /**
   * RfSession:max-connections-per-host:
   *
   * How many requests of all readers of the session may be in flight at one host at a time, each on a
   * connection of its own; 0 (the default): as many as the readers have workers. A host is told from
   * others by scheme, name and port. Beyond the limit readers take turns, however many workers each of
   * them has. A stream from a server without ranges keeps its turn until it ends. Connections that are
   * kept for later, without a request, are not counted.
   *
   * It may be changed at any time: a higher limit lets waiting requests begin at once, a lower one ends
   * none that has begun.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_CONNECTIONS_PER_HOST]
      = g_param_spec_uint ("max-connections-per-host", NULL, NULL, 0, G_MAXUINT, 0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, NUM_PROPERTIES, properties);
}

static void
rf_session_init (RfSession *self)
{
  g_mutex_init (&self->locked.lock);
  rf_budget_init (&self->locked.retries, g_get_monotonic_time ());
  rf_admission_init (&self->locked.admission);
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

/* Lets begin whatever may begin now. */
static void
admit_locked (RfSession *self)
{
  RfAdmissionTicket *ticket;

  while ((ticket = rf_admission_next (&self->locked.admission)) != NULL)
    {
      RfTurn *turn = ticket->owner;

      rf_reactor_post (turn->reactor, &turn->task);
    }
}

/**
 * rf_session_get_max_connections_per_host:
 * @self: a session
 *
 * Returns: how many requests may be in flight at one host at a time; 0: as many as there are
 *
 * Since: 0.1
 */
guint
rf_session_get_max_connections_per_host (RfSession *self)
{
  guint limit;

  g_return_val_if_fail (RF_IS_SESSION (self), 0);

  g_mutex_lock (&self->locked.lock);
  limit = self->locked.admission.limit;
  g_mutex_unlock (&self->locked.lock);
  return limit;
}

/**
 * rf_session_set_max_connections_per_host:
 * @self: a session
 * @max_connections_per_host: how many requests of all readers of the session may be in flight at one
 *   host at a time, 0 (the default) for as many as there are; see
 *   #RfSession:max-connections-per-host
 *
 * May be called at any time and from any thread.
 *
 * Since: 0.1
 */
void
rf_session_set_max_connections_per_host (RfSession *self, guint max_connections_per_host)
{
  gboolean changed;

  g_return_if_fail (RF_IS_SESSION (self));

  g_mutex_lock (&self->locked.lock);
  changed = self->locked.admission.limit != max_connections_per_host;
  rf_admission_set_limit (&self->locked.admission, max_connections_per_host);
  admit_locked (self);
  g_mutex_unlock (&self->locked.lock);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_CONNECTIONS_PER_HOST]);
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

void
rf_session_add_reader (RfSession *self)
{
  g_atomic_int_inc (&self->num_readers);
}

void
rf_session_remove_reader (RfSession *self)
{
  g_atomic_int_add (&self->num_readers, -1);
}

gboolean
rf_session_is_shared (RfSession *self)
{
  return g_atomic_int_get (&self->num_readers) > 1;
}

guint
rf_session_get_worker_share (RfSession *self)
{
  guint num_readers = (guint)g_atomic_int_get (&self->num_readers);

  return MAX (MAX_CHOSEN_WORKERS / MAX (num_readers, 1), 1);
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

void
rf_turn_init (
    RfTurn *self, RfAdmissionReader *reader, RfReactor *reactor, RfTaskFunc func, gpointer data)
{
  *self = (RfTurn){
    .ticket = { .owner = self, .reader = reader },
    .reactor = reactor,
    .task = { .func = func, .data = data },
  };
}

gboolean
rf_session_enter (RfSession *self, RfTurn *turn, const char *server, gboolean is_urgent)
{
  gboolean may_begin;

  g_mutex_lock (&self->locked.lock);
  may_begin = rf_admission_enter (&self->locked.admission, server, &turn->ticket, is_urgent);
  g_mutex_unlock (&self->locked.lock);
  return may_begin;
}

void
rf_session_hurry (RfSession *self, RfTurn *turn)
{
  g_mutex_lock (&self->locked.lock);
  rf_admission_hurry (&self->locked.admission, &turn->ticket);
  g_mutex_unlock (&self->locked.lock);
}

gboolean
rf_session_leave (RfSession *self, RfTurn *turn)
{
  gboolean has_waited;

  g_mutex_lock (&self->locked.lock);
  has_waited = turn->ticket.waits;
  rf_admission_leave (&self->locked.admission, &turn->ticket);
  admit_locked (self);
  g_mutex_unlock (&self->locked.lock);
  return has_waited;
}
