/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One epoll loop a thread, shared by all readers of the process. Other threads can do one thing to
 * it: post a task. All else happens on the thread itself and needs no lock. */

#include "rf-reactor-private.h"

#include "rf-error.h"
#include "rf-meter-private.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Events taken from the kernel at a time: more than the descriptors that are ready at once on a
 * thread in practice. */
#define EVENTS_AT_ONCE 64

/* How often the thread looks how busy it has been: bytes come in turns of some milliseconds. */
#define BUSY_INTERVAL (10 * G_TIME_SPAN_MILLISECOND)

/* One that has had a processor for so much of the time is busy. */
#define BUSY_SHARE 0.9

/* With the time in which it would have needed one, and others had them all, so much makes it full: who shares a
 * processor does not find all of it used at every moment. */
#define FULL_SHARE 0.8

/* What has been seen of a thread holds until it has looked again, though not for ever: it may sleep. */
#define BUSY_LASTS (3 * BUSY_INTERVAL)

/* How long the end of the process waits for the threads at most. They are never busy for so long; but a
 * process that hangs when it should end is worse than one that may crash. */
#define HALT_TIMEOUT (10 * G_TIME_SPAN_SECOND)

struct _RfReactor
{
  gatomicrefcount references;
  GThread *thread;
  int epoll_fd;
  int wake_fd;
  RfTask halt_task;

  /* Guarded by the lock of `running`. */
  gboolean halted;

  struct
  {
    GMutex lock;
    RfTask *first;
    RfTask *last;
    gint64 busy_until;
    gint64 full_until;
  } locked;

  /* The thread's own. */
  RfTimer *timers;      /* sorted by time */
  RfTaskFunc last_func; /* set: the thread is to end */
  gpointer last_data;
  struct epoll_event events[EVENTS_AT_ONCE];
  int num_events;
  RfMeter meter;
};

/* The reactors whose threads have not ended. */
static struct
{
  GMutex lock;
  GCond cond; /* one has been halted, or has ended */
  GPtrArray *reactors;
  pid_t process; /* of the threads: a forked child has none of them */
} running;

static void
wake (RfReactor *self)
{
  guint64 one = 1;
  gssize written;

  do
    written = write (self->wake_fd, &one, sizeof one);
  while (written < 0 && errno == EINTR);
}

/* Runs what has been posted so far; what these tasks post comes after the next look at descriptors and
 * timers. */
static void
run_tasks (RfReactor *self)
{
  RfTask *task;

  g_mutex_lock (&self->locked.lock);
  task = self->locked.first;
  self->locked.first = self->locked.last = NULL;
  g_mutex_unlock (&self->locked.lock);

  while (task != NULL)
    {
      /* Its memory is its owner's again when it is called. */
      RfTask *next = task->next;

      task->func (task->data);
      task = next;
    }
}

static void
run_timers (RfReactor *self)
{
  gint64 now = g_get_monotonic_time ();

  while (self->timers != NULL && self->timers->at <= now)
    {
      RfTimer *timer = self->timers;

      rf_reactor_stop_timer (self, timer);
      timer->func (timer->data);
    }
}

static gboolean
has_tasks (RfReactor *self)
{
  gboolean found;

  g_mutex_lock (&self->locked.lock);
  found = self->locked.first != NULL;
  g_mutex_unlock (&self->locked.lock);
  return found;
}

/* Milliseconds until there is something to do: a task of a task's, or the first timer, rounded up so
 * that it has passed then; -1: nothing. */
static int
time_to_wait (RfReactor *self)
{
  gint64 left;

  if (has_tasks (self))
    return 0;
  if (self->timers == NULL)
    return -1;
  left = self->timers->at - g_get_monotonic_time ();
  return left <= 0 ? 0 : (int)MIN ((left + 999) / 1000, G_MAXINT);
}

static void
run_events (RfReactor *self)
{
  for (int i = 0; i < self->num_events; i++)
    {
      RfWatch *watch = self->events[i].data.ptr;
      guint64 count;

      if (watch != NULL)
        watch->func (self->events[i].events, watch->data);
      else if (self->events[i].events != 0 && read (self->wake_fd, &count, sizeof count) < 0
               && errno != EAGAIN)
        g_warning ("The wake-up of an I/O thread failed: %s", g_strerror (errno));
    }
  self->num_events = 0;
}

/* The program's signal handlers are not to run here, and a TLS library that writes to a connection which
 * the peer has closed must not end the process by SIGPIPE. */
static void
block_signals (void)
{
  sigset_t all;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, NULL);
}

static void
note_work (RfReactor *self)
{
  gint64 now = g_get_monotonic_time ();
  RfMeterReading reading;

  if (!rf_meter_look (&self->meter, now, BUSY_INTERVAL, &reading))
    return;
  g_mutex_lock (&self->locked.lock);
  self->locked.busy_until = reading.run >= BUSY_SHARE ? now + BUSY_LASTS : 0;
  self->locked.full_until = reading.run + reading.late >= FULL_SHARE ? now + BUSY_LASTS : 0;
  g_mutex_unlock (&self->locked.lock);
}

/* Whether what was seen at last still holds. */
static gboolean
holds (RfReactor *self, const gint64 *locked_until)
{
  gint64 until;

  g_mutex_lock (&self->locked.lock);
  until = *locked_until;
  g_mutex_unlock (&self->locked.lock);
  return until != 0 && g_get_monotonic_time () < until;
}

gboolean
rf_reactor_is_busy (RfReactor *self)
{
  return holds (self, &self->locked.busy_until);
}

gboolean
rf_reactor_is_full (RfReactor *self)
{
  return holds (self, &self->locked.full_until);
}

static gpointer
run (gpointer data)
{
  RfReactor *self = data;

  block_signals ();
  rf_meter_init (&self->meter, g_get_monotonic_time ());
  while (self->last_func == NULL || has_tasks (self))
    {
      int timeout = time_to_wait (self);
      int count = epoll_wait (self->epoll_fd, self->events, EVENTS_AT_ONCE, timeout);

      if (count < 0 && errno != EINTR)
        g_error ("epoll_wait() failed: %s", g_strerror (errno));
      self->num_events = MAX (count, 0);
      note_work (self);
      run_events (self);
      run_timers (self);
      run_tasks (self);
    }
  rf_meter_clear (&self->meter);
  self->last_func (self->last_data);

  g_mutex_lock (&running.lock);
  g_ptr_array_remove_fast (running.reactors, self);
  g_cond_broadcast (&running.cond);
  g_mutex_unlock (&running.lock);
  rf_reactor_unref (self);
  return NULL;
}

/* The thread stays here until the process is gone. */
static void
halt (gpointer data)
{
  RfReactor *self = data;

  g_mutex_lock (&running.lock);
  self->halted = TRUE;
  g_cond_broadcast (&running.cond);
  g_mutex_unlock (&running.lock);
  for (;;)
    pause ();
}

static gboolean
is_any_active_locked (void)
{
  for (guint i = 0; i < running.reactors->len; i++)
    {
      RfReactor *reactor = running.reactors->pdata[i];

      if (!reactor->halted && reactor->thread != g_thread_self ())
        return TRUE;
    }
  return FALSE;
}

void
rf_reactor_halt_all (void)
{
  gint64 until = g_get_monotonic_time () + HALT_TIMEOUT;

  if (running.process != getpid ())
    return;
  g_mutex_lock (&running.lock);
  for (guint i = 0; i < running.reactors->len; i++)
    {
      RfReactor *reactor = running.reactors->pdata[i];

      if (reactor->thread != g_thread_self ())
        rf_reactor_post (reactor, &reactor->halt_task);
    }
  while (is_any_active_locked () && g_cond_wait_until (&running.cond, &running.lock, until))
    ;
  g_mutex_unlock (&running.lock);
}

RfReactor *
rf_reactor_new (guint index, GError **error)
{
  RfReactor *self = g_new0 (RfReactor, 1);
  struct epoll_event wake_event = { .events = EPOLLIN };
  g_autofree char *name = g_strdup_printf ("ringfetch-%u", index);
  g_autoptr (GError) thread_error = NULL;

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->locked.lock);
  self->halt_task = (RfTask){ .func = halt, .data = self };
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->epoll_fd < 0 || self->wake_fd < 0
      || epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->wake_fd, &wake_event) != 0)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
                   "An I/O thread could not be set up (%s); raise the limit of open files",
                   g_strerror (errno));
      rf_reactor_unref (self);
      return NULL;
    }

  /* Under the lock: the thread may be looked for as soon as it is in the list. */
  g_mutex_lock (&running.lock);
  self->thread = g_thread_try_new (name, run, rf_reactor_ref (self), &thread_error);
  if (self->thread != NULL)
    {
      if (running.reactors == NULL)
        running.reactors = g_ptr_array_new ();
      if (running.process != getpid ())
        g_ptr_array_set_size (running.reactors, 0);
      running.process = getpid ();
      g_ptr_array_add (running.reactors, self);
    }
  g_mutex_unlock (&running.lock);
  if (self->thread == NULL)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
                   "An I/O thread could not be started (%s); raise the limit of threads",
                   thread_error->message);
      rf_reactor_unref (self);
      rf_reactor_unref (self);
      return NULL;
    }
  return self;
}

RfReactor *
rf_reactor_ref (RfReactor *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rf_reactor_unref (RfReactor *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  if (self->wake_fd >= 0)
    close (self->wake_fd);
  g_mutex_clear (&self->locked.lock);
  g_free (self);
}

/* What rf_reactor_stop() hands to the thread. */
typedef struct
{
  RfReactor *reactor;
  RfTaskFunc func;
  gpointer data;
} LastCall;

static void
set_last_call (gpointer data)
{
  LastCall *last = data;

  last->reactor->last_func = last->func;
  last->reactor->last_data = last->data;
}

/* FALSE: it has been halted, and will not end. */
static gboolean
wait_for_end (RfReactor *self)
{
  gboolean halted;

  g_mutex_lock (&running.lock);
  while (!self->halted && g_ptr_array_find (running.reactors, self, NULL))
    g_cond_wait (&running.cond, &running.lock);
  halted = self->halted;
  g_mutex_unlock (&running.lock);
  return !halted;
}

void
rf_reactor_stop (RfReactor *self, RfTaskFunc last, gpointer data)
{
  LastCall call = { self, last, data };
  RfTask task = { .func = set_last_call, .data = &call };

  if (self->thread == g_thread_self ())
    {
      set_last_call (&call);
      g_thread_unref (self->thread);
      return;
    }
  rf_reactor_post (self, &task);
  if (wait_for_end (self))
    g_thread_join (self->thread);
  else
    set_last_call (&call); /* Nothing comes of it any more, but it is not lost from sight. */
}

gboolean
rf_reactor_is_current (RfReactor *self)
{
  return self->thread == g_thread_self ();
}

void
rf_reactor_post (RfReactor *self, RfTask *task)
{
  gboolean was_empty;

  /* The task may be what drops the last reference, before this returns. */
  rf_reactor_ref (self);
  task->next = NULL;
  g_mutex_lock (&self->locked.lock);
  was_empty = self->locked.first == NULL;
  if (was_empty)
    self->locked.first = task;
  else
    self->locked.last->next = task;
  self->locked.last = task;
  g_mutex_unlock (&self->locked.lock);

  /* The thread looks at its tasks before it sleeps; only others have to wake it. */
  if (was_empty && self->thread != g_thread_self ())
    wake (self);
  rf_reactor_unref (self);
}

void
rf_reactor_start_timer (RfReactor *self, RfTimer *timer, gint64 at)
{
  RfTimer **place = &self->timers;

  rf_reactor_stop_timer (self, timer);
  timer->at = at;
  while (*place != NULL && (*place)->at <= at)
    place = &(*place)->next;
  timer->next = *place;
  *place = timer;
  timer->armed = TRUE;
}

void
rf_reactor_stop_timer (RfReactor *self, RfTimer *timer)
{
  RfTimer **place = &self->timers;

  if (!timer->armed)
    return;
  while (*place != timer)
    place = &(*place)->next;
  *place = timer->next;
  timer->armed = FALSE;
}

gboolean
rf_reactor_watch (RfReactor *self, RfWatch *watch, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };
  int operation = watch->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

  if (epoll_ctl (self->epoll_fd, operation, watch->fd, &event) != 0)
    return FALSE;
  watch->watched = TRUE;
  return TRUE;
}

void
rf_reactor_unwatch (RfReactor *self, RfWatch *watch)
{
  if (!watch->watched)
    return;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  watch->watched = FALSE;
  /* An event of it that was taken from the kernel with the present ones must not be delivered. */
  for (int i = 0; i < self->num_events; i++)
    if (self->events[i].data.ptr == watch)
      self->events[i].data.ptr = NULL, self->events[i].events = 0;
}
