/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The I/O thread: tasks in order, timers on time, descriptors, and a clean end. */

#include "rf-reactor-private.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define POSTERS 4
#define TASKS 500
#define MS G_TIME_SPAN_MILLISECOND

static RfReactor *
new_reactor (void)
{
  g_autoptr (GError) error = NULL;
  RfReactor *reactor = rf_reactor_new (0, &error);

  g_assert_no_error (error);
  return reactor;
}

static void
nothing (gpointer data)
{
}

static void
end_reactor (RfReactor *reactor)
{
  rf_reactor_stop (reactor, nothing, NULL);
  rf_reactor_unref (reactor);
}

/* A function that is called on the reactor's thread and waited for. */
typedef struct
{
  RfTaskFunc func;
  gpointer data;
  GAsyncQueue *done;
} Call;

static void
run_call (gpointer data)
{
  Call *call = data;

  call->func (call->data);
  g_async_queue_push (call->done, call);
}

static void
call_on (RfReactor *reactor, RfTaskFunc func, gpointer data)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Call call = { func, data, done };
  RfTask task = { .func = run_call, .data = &call };

  rf_reactor_post (reactor, &task);
  g_async_queue_pop (done);
}

/* Tasks that note when, and on which thread, they were run. */

typedef struct
{
  RfTask task;
  GPtrArray *log;
  GThread *thread;
  guint poster;
} Noted;

static void
note (gpointer data)
{
  Noted *self = data;

  self->thread = g_thread_self ();
  g_ptr_array_add (self->log, self);
}

static void
init_noted (Noted *self, GPtrArray *log)
{
  *self = (Noted){ .task = { .func = note, .data = self }, .log = log };
}

static void
test_order (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GPtrArray) log = g_ptr_array_new ();
  Noted tasks[TASKS];

  for (guint i = 0; i < TASKS; i++)
    {
      init_noted (&tasks[i], log);
      rf_reactor_post (reactor, &tasks[i].task);
    }
  call_on (reactor, nothing, NULL);
  g_assert_cmpuint (log->len, ==, TASKS);
  for (guint i = 0; i < TASKS; i++)
    {
      g_assert_true (log->pdata[i] == &tasks[i]);
      g_assert_true (tasks[i].thread == tasks[0].thread);
    }
  g_assert_true (tasks[0].thread != g_thread_self ());
  end_reactor (reactor);
}

typedef struct
{
  RfReactor *reactor;
  GPtrArray *log;
  Noted tasks[TASKS];
  GThread *thread;
  guint index;
} Poster;

static gpointer
post_all (gpointer data)
{
  Poster *self = data;

  for (guint i = 0; i < TASKS; i++)
    {
      init_noted (&self->tasks[i], self->log);
      self->tasks[i].poster = self->index;
      rf_reactor_post (self->reactor, &self->tasks[i].task);
    }
  return NULL;
}

/* Each thread's tasks are run in that thread's order, and none is lost. */
static void
test_tasks_of_many_threads (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GPtrArray) log = g_ptr_array_new ();
  g_autofree Poster *posters = g_new0 (Poster, POSTERS);
  guint next[POSTERS] = { 0 };

  for (guint i = 0; i < POSTERS; i++)
    {
      posters[i].reactor = reactor;
      posters[i].log = log;
      posters[i].index = i;
      posters[i].thread = g_thread_new ("post", post_all, &posters[i]);
    }
  for (guint i = 0; i < POSTERS; i++)
    g_thread_join (posters[i].thread);
  end_reactor (reactor);

  g_assert_cmpuint (log->len, ==, POSTERS * TASKS);
  for (guint i = 0; i < log->len; i++)
    {
      Noted *task = log->pdata[i];

      g_assert_true (task == &posters[task->poster].tasks[next[task->poster]++]);
    }
}

typedef struct
{
  RfReactor *reactor;
  RfTask task;
  guint left;
  GAsyncQueue *done;
} Repeated;

static void
post_again (gpointer data)
{
  Repeated *self = data;

  if (self->left-- > 0)
    rf_reactor_post (self->reactor, &self->task);
  else
    g_async_queue_push (self->done, self);
}

static void
test_task_posts_itself (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Repeated self = { .reactor = reactor, .left = TASKS, .done = done };

  self.task = (RfTask){ .func = post_again, .data = &self };
  rf_reactor_post (reactor, &self.task);
  g_assert_true (g_async_queue_pop (done) == &self);
  end_reactor (reactor);
}

/* A lock that the poster holds is not waited for by the post. */
static GMutex held;

static void
take_held (gpointer data)
{
  g_mutex_lock (&held);
  g_mutex_unlock (&held);
  g_async_queue_push (data, data);
}

static void
test_post_under_a_lock (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  RfTask tasks[2];

  g_mutex_lock (&held);
  for (guint i = 0; i < 2; i++)
    {
      tasks[i] = (RfTask){ .func = take_held, .data = done };
      rf_reactor_post (reactor, &tasks[i]);
    }
  g_assert_null (g_async_queue_try_pop (done));
  g_mutex_unlock (&held);
  g_async_queue_pop (done);
  g_async_queue_pop (done);
  end_reactor (reactor);
}

/* Timers. */

typedef struct
{
  RfReactor *reactor;
  RfTimer timer;
  gint64 at;
  gint64 called_at;
  guint left; /* how often it starts itself again */
  guint calls;
  GPtrArray *log;
  GAsyncQueue *done;
} Alarm;

static void
ring_alarm (gpointer data)
{
  Alarm *self = data;

  self->calls++;
  self->called_at = g_get_monotonic_time ();
  if (self->log != NULL)
    g_ptr_array_add (self->log, self);
  if (self->left > 0)
    {
      self->left--;
      rf_reactor_start_timer (self->reactor, &self->timer, g_get_monotonic_time () + MS);
    }
  else
    g_async_queue_push (self->done, self);
}

static void
init_alarm (Alarm *self, RfReactor *reactor, GAsyncQueue *done, gint64 at)
{
  *self = (Alarm){
    .reactor = reactor, .timer = { .func = ring_alarm, .data = self }, .at = at, .done = done
  };
}

static void
start_alarm (gpointer data)
{
  Alarm *self = data;

  rf_reactor_start_timer (self->reactor, &self->timer, self->at);
}

static void
stop_alarm (gpointer data)
{
  Alarm *self = data;

  rf_reactor_stop_timer (self->reactor, &self->timer);
}

static void
test_timer (void)
{
  static const gint64 delays[] = { -1000 * MS, 0, 1, 1500, 30 * MS };
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();

  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      Alarm alarm;

      init_alarm (&alarm, reactor, done, g_get_monotonic_time () + delays[i]);
      call_on (reactor, start_alarm, &alarm);
      g_assert_true (g_async_queue_pop (done) == &alarm);
      g_assert_cmpint (alarm.called_at, >=, alarm.at);
      call_on (reactor, nothing, NULL);
      g_assert_cmpuint (alarm.calls, ==, 1);
    }
  end_reactor (reactor);
}

static void
start_alarms (gpointer data)
{
  static const guint order[] = { 3, 1, 4, 0, 2 };
  Alarm *alarms = data;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    start_alarm (&alarms[order[i]]);
}

static void
test_timers_in_order (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  g_autoptr (GPtrArray) log = g_ptr_array_new ();
  gint64 now = g_get_monotonic_time ();
  Alarm alarms[5];

  for (guint i = 0; i < 5; i++)
    {
      init_alarm (&alarms[i], reactor, done, now + (gint64)i * 5 * MS);
      alarms[i].log = log;
    }
  call_on (reactor, start_alarms, alarms);
  for (guint i = 0; i < 5; i++)
    g_assert_true (g_async_queue_pop (done) == &alarms[i]);
  end_reactor (reactor);
  g_assert_cmpuint (log->len, ==, 5);
}

static void
test_timer_starts_itself (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Alarm alarm;

  init_alarm (&alarm, reactor, done, g_get_monotonic_time ());
  alarm.left = 10;
  call_on (reactor, start_alarm, &alarm);
  g_async_queue_pop (done);
  g_assert_cmpuint (alarm.calls, ==, 11);
  end_reactor (reactor);
}

/* Waits until a timer that was started later, for later, has been called. */
static void
wait_until (RfReactor *reactor, gint64 at)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Alarm alarm;

  init_alarm (&alarm, reactor, done, at);
  call_on (reactor, start_alarm, &alarm);
  g_async_queue_pop (done);
}

static void
test_timer_is_stopped (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  gint64 at = g_get_monotonic_time () + 30 * MS;
  Alarm first, stopped, last;

  init_alarm (&first, reactor, done, at);
  init_alarm (&stopped, reactor, done, at);
  init_alarm (&last, reactor, done, at);
  call_on (reactor, start_alarm, &first);
  call_on (reactor, start_alarm, &stopped);
  call_on (reactor, start_alarm, &last);
  call_on (reactor, stop_alarm, &stopped);
  call_on (reactor, stop_alarm, &stopped);
  wait_until (reactor, at + 1);
  g_assert_cmpuint (first.calls, ==, 1);
  g_assert_cmpuint (stopped.calls, ==, 0);
  g_assert_cmpuint (last.calls, ==, 1);

  stopped.at = g_get_monotonic_time ();
  call_on (reactor, start_alarm, &stopped);
  wait_until (reactor, g_get_monotonic_time () + 1);
  g_assert_cmpuint (stopped.calls, ==, 1);
  /* One that has been called is not running. */
  call_on (reactor, stop_alarm, &stopped);
  end_reactor (reactor);
}

/* Starting a timer that runs sets it to the new moment, earlier or later. */
static void
test_timer_is_started_again (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Alarm alarm;
  gint64 later;

  init_alarm (&alarm, reactor, done, g_get_monotonic_time () + 3600000 * MS);
  call_on (reactor, start_alarm, &alarm);
  alarm.at = g_get_monotonic_time () + 5 * MS;
  call_on (reactor, start_alarm, &alarm);
  g_async_queue_pop (done);
  g_assert_cmpuint (alarm.calls, ==, 1);

  alarm.at = g_get_monotonic_time () + 20 * MS;
  call_on (reactor, start_alarm, &alarm);
  later = alarm.at = alarm.at + 20 * MS;
  call_on (reactor, start_alarm, &alarm);
  g_async_queue_pop (done);
  g_assert_cmpint (alarm.called_at, >=, later);
  g_assert_cmpuint (alarm.calls, ==, 2);
  end_reactor (reactor);
}

typedef struct
{
  Alarm alarm;
  Alarm *other;
} Stopper;

static void
ring_stopper (gpointer data)
{
  Stopper *self = data;

  self->alarm.calls++;
  stop_alarm (self->other);
}

static void
start_both (gpointer data)
{
  Stopper *stoppers = data;

  start_alarm (&stoppers[0].alarm);
  start_alarm (&stoppers[1].alarm);
}

/* Of two timers that are due together, the one that is called first may stop the other. */
static void
test_timer_stops_another (void)
{
  RfReactor *reactor = new_reactor ();
  gint64 at = g_get_monotonic_time () - MS;
  Stopper stoppers[2];

  for (guint i = 0; i < 2; i++)
    {
      init_alarm (&stoppers[i].alarm, reactor, NULL, at);
      stoppers[i].alarm.timer = (RfTimer){ .func = ring_stopper, .data = &stoppers[i] };
      stoppers[i].other = &stoppers[1 - i].alarm;
    }
  call_on (reactor, start_both, stoppers);
  wait_until (reactor, g_get_monotonic_time ());
  g_assert_cmpuint (stoppers[0].alarm.calls + stoppers[1].alarm.calls, ==, 1);
  end_reactor (reactor);
}

/* Descriptors. */

typedef struct
{
  RfReactor *reactor;
  RfWatch watch;
  guint32 wanted;
  guint32 events;
  guint calls;
  gboolean watched;
  gboolean stays; /* goes on being watched after a call */
  GAsyncQueue *done;
} Pipe;

static void
see (guint32 events, gpointer data)
{
  Pipe *self = data;
  guint64 value;

  if (self->stays)
    g_assert_cmpint (read (self->watch.fd, &value, sizeof value), ==, sizeof value);
  else
    rf_reactor_unwatch (self->reactor, &self->watch);
  self->calls++;
  self->events = events;
  g_async_queue_push (self->done, self);
}

static void
init_pipe (Pipe *self, RfReactor *reactor, GAsyncQueue *done, int fd, guint32 wanted)
{
  *self = (Pipe){ .reactor = reactor,
                  .watch = { .func = see, .data = self, .fd = fd },
                  .wanted = wanted,
                  .done = done };
}

static void
watch (gpointer data)
{
  Pipe *self = data;

  self->watched = rf_reactor_watch (self->reactor, &self->watch, self->wanted);
}

static void
unwatch (gpointer data)
{
  Pipe *self = data;

  rf_reactor_unwatch (self->reactor, &self->watch);
}

static void
signal_fd (int fd)
{
  guint64 value = 1;

  g_assert_cmpint (write (fd, &value, sizeof value), ==, sizeof value);
}

static int
new_eventfd (void)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
test_watch (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  int fd = new_eventfd ();
  Pipe self;

  init_pipe (&self, reactor, done, fd, EPOLLIN);
  self.stays = TRUE;
  call_on (reactor, watch, &self);
  g_assert_true (self.watched);
  for (guint i = 1; i <= 3; i++)
    {
      signal_fd (fd);
      g_async_queue_pop (done);
      call_on (reactor, nothing, NULL);
      g_assert_cmpuint (self.calls, ==, i);
      g_assert_cmpuint (self.events, ==, EPOLLIN);
    }

  call_on (reactor, unwatch, &self);
  signal_fd (fd);
  wait_until (reactor, g_get_monotonic_time () + MS);
  g_assert_cmpuint (self.calls, ==, 3);
  /* And once more from the start: what came in between is told of. */
  call_on (reactor, watch, &self);
  g_async_queue_pop (done);
  g_assert_cmpuint (self.calls, ==, 4);
  call_on (reactor, unwatch, &self);
  end_reactor (reactor);
  close (fd);
}

/* Watching again changes what is watched for. */
static void
test_watch_for_something_else (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  int fd = new_eventfd ();
  Pipe self;

  init_pipe (&self, reactor, done, fd, EPOLLIN);
  call_on (reactor, watch, &self);
  wait_until (reactor, g_get_monotonic_time () + MS);
  g_assert_cmpuint (self.calls, ==, 0);
  self.wanted = EPOLLOUT;
  call_on (reactor, watch, &self);
  g_assert_true (self.watched);
  g_async_queue_pop (done);
  g_assert_cmpuint (self.events, ==, EPOLLOUT);
  end_reactor (reactor);
  close (fd);
}

static void
test_hang_up (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  int fds[2];
  Pipe self;

  g_assert_cmpint (pipe (fds), ==, 0);
  init_pipe (&self, reactor, done, fds[0], EPOLLIN);
  call_on (reactor, watch, &self);
  close (fds[1]);
  g_async_queue_pop (done);
  g_assert_cmpuint (self.events & EPOLLHUP, ==, EPOLLHUP);
  end_reactor (reactor);
  close (fds[0]);
}

static void
test_watch_fails (void)
{
  RfReactor *reactor = new_reactor ();
  Pipe self;

  init_pipe (&self, reactor, NULL, -1, EPOLLIN);
  call_on (reactor, watch, &self);
  g_assert_false (self.watched);
  call_on (reactor, nothing, NULL);
  end_reactor (reactor);
}

typedef struct
{
  Pipe pipe;
  RfWatch *other;
} Rival;

static void
see_rival (guint32 events, gpointer data)
{
  Rival *self = data;

  self->pipe.calls++;
  rf_reactor_unwatch (self->pipe.reactor, &self->pipe.watch);
  rf_reactor_unwatch (self->pipe.reactor, self->other);
  g_async_queue_push (self->pipe.done, self);
}

static void
watch_rivals (gpointer data)
{
  Rival *rivals = data;

  for (guint i = 0; i < 2; i++)
    {
      signal_fd (rivals[i].pipe.watch.fd);
      watch (&rivals[i].pipe);
      g_assert_true (rivals[i].pipe.watched);
    }
}

/* Of two descriptors that are ready together, the one that is told of first may unwatch the other,
 * which may be gone then. */
static void
test_unwatch_another (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Rival rivals[2];

  for (guint i = 0; i < 2; i++)
    {
      init_pipe (&rivals[i].pipe, reactor, done, new_eventfd (), EPOLLIN);
      rivals[i].pipe.watch.func = see_rival;
      rivals[i].pipe.watch.data = &rivals[i];
      rivals[i].other = &rivals[1 - i].pipe.watch;
    }
  call_on (reactor, watch_rivals, rivals);
  g_async_queue_pop (done);
  wait_until (reactor, g_get_monotonic_time ());
  g_assert_cmpuint (rivals[0].pipe.calls + rivals[1].pipe.calls, ==, 1);
  end_reactor (reactor);
  close (rivals[0].pipe.watch.fd);
  close (rivals[1].pipe.watch.fd);
}

/* The end. */

static void
test_stop (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GPtrArray) log = g_ptr_array_new ();
  Noted tasks[TASKS], last;

  for (guint i = 0; i < TASKS; i++)
    {
      init_noted (&tasks[i], log);
      rf_reactor_post (reactor, &tasks[i].task);
    }
  init_noted (&last, log);
  rf_reactor_stop (reactor, note, &last);
  /* It has been waited for. */
  g_assert_cmpuint (log->len, ==, TASKS + 1);
  for (guint i = 0; i < TASKS; i++)
    g_assert_true (log->pdata[i] == &tasks[i]);
  g_assert_true (log->pdata[TASKS] == &last);
  g_assert_true (last.thread == tasks[0].thread);
  rf_reactor_unref (reactor);
}

static void
test_timer_is_not_called_after_the_end (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Alarm alarm;

  init_alarm (&alarm, reactor, done, g_get_monotonic_time () + 3600000 * MS);
  call_on (reactor, start_alarm, &alarm);
  rf_reactor_stop (reactor, stop_alarm, &alarm);
  g_assert_cmpuint (alarm.calls, ==, 0);
  rf_reactor_unref (reactor);
}

typedef struct
{
  RfReactor *reactor;
  RfTask task;
  gboolean returned;
  pid_t id;
  GAsyncQueue *done;
} Suicide;

static void
note_last (gpointer data)
{
  Suicide *self = data;

  g_assert_true (self->returned);
  self->id = gettid ();
  g_async_queue_push (self->done, self);
}

static void
stop_itself (gpointer data)
{
  Suicide *self = data;

  rf_reactor_stop (self->reactor, note_last, self);
  rf_reactor_unref (self->reactor);
  self->returned = TRUE;
}

/* Posts itself until its alarm has been called. */
typedef struct
{
  Alarm alarm;
  RfTask task;
  guint rounds;
} Restless;

static void
run_restless (gpointer data)
{
  Restless *self = data;

  if (self->rounds++ == 0)
    start_alarm (&self->alarm);
  if (self->alarm.calls == 0)
    rf_reactor_post (self->alarm.reactor, &self->task);
}

/* A task that is never done holds up neither timers nor other tasks. */
static void
test_task_that_posts_itself (void)
{
  RfReactor *reactor = new_reactor ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Restless self = { .rounds = 0 };

  init_alarm (&self.alarm, reactor, done, g_get_monotonic_time () + 20 * MS);
  self.task = (RfTask){ .func = run_restless, .data = &self };
  rf_reactor_post (reactor, &self.task);
  call_on (reactor, nothing, NULL);
  g_assert_true (g_async_queue_pop (done) == &self.alarm);
  end_reactor (reactor);
  g_assert_cmpuint (self.rounds, >, 1);
}

/* A signal of the process is for the program's own threads. */
static void
read_blocked_signals (gpointer data)
{
  pthread_sigmask (SIG_SETMASK, NULL, data);
}

/* Works without a pause until it is told to stop. */
typedef struct
{
  RfReactor *reactor;
  RfTask task;
  gint stop; /* atomic */
} Toil;

static void
run_toil (gpointer data)
{
  Toil *self = data;

  if (!g_atomic_int_get (&self->stop))
    rf_reactor_post (self->reactor, &self->task);
}

static void
wait_for (gboolean (*is_so) (RfReactor *), RfReactor *reactor, gboolean expected)
{
  gint64 until = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (is_so (reactor) != expected)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_thread_yield ();
    }
}

static void
test_busy (void)
{
  RfReactor *reactor = new_reactor ();
  Toil toil = { .reactor = reactor, .task = { .func = run_toil } };

  g_assert_false (rf_reactor_is_busy (reactor));
  g_assert_false (rf_reactor_is_full (reactor));
  toil.task.data = &toil;
  rf_reactor_post (reactor, &toil.task);
  wait_for (rf_reactor_is_busy, reactor, TRUE);
  wait_for (rf_reactor_is_full, reactor, TRUE);
  g_atomic_int_set (&toil.stop, TRUE);
  wait_for (rf_reactor_is_busy, reactor, FALSE);
  wait_for (rf_reactor_is_full, reactor, FALSE);
  end_reactor (reactor);
}

static void
test_signals_are_blocked (void)
{
  RfReactor *reactor = new_reactor ();
  sigset_t blocked;

  sigemptyset (&blocked);
  call_on (reactor, read_blocked_signals, &blocked);
  g_assert_cmpint (sigismember (&blocked, SIGPIPE), ==, 1);
  g_assert_cmpint (sigismember (&blocked, SIGALRM), ==, 1);
  end_reactor (reactor);
}

/* Nobody could wait for it here; `last` is called when the task is over, and then the thread ends. */
static void
test_stop_on_the_thread_itself (void)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Suicide self = { .reactor = new_reactor (), .done = done };
  g_autofree char *path = NULL;

  self.task = (RfTask){ .func = stop_itself, .data = &self };
  rf_reactor_post (self.reactor, &self.task);
  g_assert_true (g_async_queue_pop (done) == &self);
  path = g_strdup_printf ("/proc/self/task/%d", (int)self.id);
  while (g_file_test (path, G_FILE_TEST_EXISTS))
    g_thread_yield ();
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
test_references (void)
{
  guint before = count_fds ();

  for (guint i = 0; i < 10; i++)
    {
      RfReactor *reactor = new_reactor ();

      g_assert_true (rf_reactor_ref (reactor) == reactor);
      rf_reactor_stop (reactor, nothing, NULL);
      rf_reactor_unref (reactor);
      rf_reactor_unref (reactor);
    }
  g_assert_cmpuint (count_fds (), ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reactor/references", test_references);
  g_test_add_func ("/reactor/order", test_order);
  g_test_add_func ("/reactor/tasks-of-many-threads", test_tasks_of_many_threads);
  g_test_add_func ("/reactor/task-posts-itself", test_task_posts_itself);
  g_test_add_func ("/reactor/post-under-a-lock", test_post_under_a_lock);
  g_test_add_func ("/reactor/timer", test_timer);
  g_test_add_func ("/reactor/timers-in-order", test_timers_in_order);
  g_test_add_func ("/reactor/timer-starts-itself", test_timer_starts_itself);
  g_test_add_func ("/reactor/timer-is-stopped", test_timer_is_stopped);
  g_test_add_func ("/reactor/timer-is-started-again", test_timer_is_started_again);
  g_test_add_func ("/reactor/timer-stops-another", test_timer_stops_another);
  g_test_add_func ("/reactor/watch", test_watch);
  g_test_add_func ("/reactor/watch-for-something-else", test_watch_for_something_else);
  g_test_add_func ("/reactor/hang-up", test_hang_up);
  g_test_add_func ("/reactor/watch-fails", test_watch_fails);
  g_test_add_func ("/reactor/unwatch-another", test_unwatch_another);
  g_test_add_func ("/reactor/task-that-posts-itself", test_task_that_posts_itself);
  g_test_add_func ("/reactor/busy", test_busy);
  g_test_add_func ("/reactor/signals-are-blocked", test_signals_are_blocked);
  g_test_add_func ("/reactor/stop", test_stop);
  g_test_add_func ("/reactor/timer-is-not-called-after-the-end",
                   test_timer_is_not_called_after_the_end);
  g_test_add_func ("/reactor/stop-on-the-thread-itself", test_stop_on_the_thread_itself);
  return g_test_run ();
}
