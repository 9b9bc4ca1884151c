/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Events: one waiter gets one set, across threads and processes, and each wait can be ended. */

#include "rf-event-private.h"

#include "rf-error.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 1000
#define WAITERS 4
#define CENTURY (36525 * G_TIME_SPAN_DAY)

/* Waits until a thread or another process sleeps in the kernel, as one that waits for an event does. */
static void
wait_until_asleep (pid_t id)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int)id);
  char state;

  do
    {
      g_autofree char *text = NULL;

      g_thread_yield ();
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      state = g_strrstr (text, ") ")[2];
    }
  while (state != 'S');
}

/* Events in memory that is shared with children. */
static RfEvent *
map_events (gsize count)
{
  RfEvent *events = mmap (NULL, count * sizeof (RfEvent), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert_true (events != MAP_FAILED);
  return events;
}

static void
unmap_events (RfEvent *events, gsize count)
{
  g_assert_cmpint (munmap (events, count * sizeof (RfEvent)), ==, 0);
}

static void
check_child (pid_t child)
{
  int status;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

/* A thread that waits for an event, and how that ended. */
typedef struct
{
  RfEvent *event;
  gint64 timeout;
  GCancellable *cancellable;
  GAsyncQueue *started;
  GAsyncQueue *ended;
  pid_t id;
  gboolean success;
  GError *error;
  GThread *thread;
} Waiter;

static gpointer
run_waiter (gpointer data)
{
  Waiter *self = data;

  self->id = gettid ();
  g_async_queue_push (self->started, self);
  self->success = rf_event_wait (self->event, self->timeout, self->cancellable, &self->error);
  g_async_queue_push (self->ended, self);
  return NULL;
}

static Waiter *
start_waiter (RfEvent *event, gint64 timeout, GCancellable *cancellable, GAsyncQueue *ended)
{
  Waiter *self = g_new0 (Waiter, 1);
  g_autoptr (GAsyncQueue) started = g_async_queue_new ();

  self->event = event;
  self->timeout = timeout;
  self->cancellable = cancellable;
  self->started = g_async_queue_ref (started);
  self->ended = g_async_queue_ref (ended);
  self->thread = g_thread_new ("waiter", run_waiter, self);
  g_async_queue_pop (started);
  wait_until_asleep (self->id);
  return self;
}

static void
free_waiter (Waiter *self)
{
  g_thread_join (self->thread);
  g_clear_error (&self->error);
  g_async_queue_unref (self->started);
  g_async_queue_unref (self->ended);
  g_free (self);
}

static void
test_flag (void)
{
  RfEvent event = { 0 };

  g_assert_false (rf_event_is_set (&event));
  rf_event_set (&event);
  rf_event_set (&event);
  g_assert_true (rf_event_is_set (&event));
  g_assert_true (rf_event_is_set (&event));
  rf_event_clear (&event);
  g_assert_false (rf_event_is_set (&event));
  rf_event_clear (&event);
  g_assert_false (rf_event_is_set (&event));
}

static void
test_wait_takes_the_set (void)
{
  static const gint64 timeouts[] = { -1, 0, 1, CENTURY, G_MININT64 };
  RfEvent event = { 0 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      rf_event_set (&event);
      rf_event_set (&event);
      g_assert_true (rf_event_wait (&event, timeouts[i], NULL, &error));
      g_assert_no_error (error);
      g_assert_false (rf_event_is_set (&event));
    }
}

static void
check_times_out (RfEvent *event, gint64 timeout)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 began = g_get_monotonic_time ();

      g_assert_false (rf_event_wait (event, timeout, i == 0 ? NULL : cancellable, &error));
      g_assert_error (error, RF_ERROR, RF_ERROR_TIMED_OUT);
      g_assert_cmpint (g_get_monotonic_time () - began, >=, timeout);
      g_assert_false (rf_event_is_set (event));
    }
}

static void
test_timeout (void)
{
  RfEvent event = { 0 };

  check_times_out (&event, 0);
  check_times_out (&event, 1);
  check_times_out (&event, 999);
  check_times_out (&event, 20000);
  rf_event_set (&event);
  rf_event_clear (&event);
  check_times_out (&event, 1000);
}

static void
test_set_wakes (void)
{
  static const gint64 timeouts[] = { -1, G_MININT64, G_TIME_SPAN_HOUR, CENTURY, G_MAXINT64 };
  g_autoptr (GAsyncQueue) ended = g_async_queue_new ();
  RfEvent event = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      Waiter *waiter = start_waiter (&event, timeouts[i], NULL, ended);

      rf_event_set (&event);
      g_assert_true (g_async_queue_pop (ended) == waiter);
      g_assert_no_error (waiter->error);
      g_assert_true (waiter->success);
      g_assert_false (rf_event_is_set (&event));
      free_waiter (waiter);
    }
}

static void
test_cancelled_before (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  RfEvent event = { 0 };

  g_cancellable_cancel (cancellable);
  g_assert_false (rf_event_wait (&event, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (rf_event_is_set (&event));
}

static void
test_cancel_wakes (void)
{
  static const gint64 timeouts[] = { -1, G_TIME_SPAN_HOUR, CENTURY, G_MAXINT64 };
  g_autoptr (GAsyncQueue) ended = g_async_queue_new ();
  RfEvent event = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Waiter *waiter = start_waiter (&event, timeouts[i], cancellable, ended);

      g_cancellable_cancel (cancellable);
      g_assert_true (g_async_queue_pop (ended) == waiter);
      g_assert_false (waiter->success);
      g_assert_error (waiter->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_false (rf_event_is_set (&event));
      free_waiter (waiter);
    }
}

/* Whoever cancels one wait does not end another, and takes no set away. */
static void
test_cancel_ends_one_wait (void)
{
  g_autoptr (GAsyncQueue) ended = g_async_queue_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  RfEvent event = { 0 };
  Waiter *cancelled = start_waiter (&event, -1, cancellable, ended);
  Waiter *other = start_waiter (&event, -1, NULL, ended);

  g_cancellable_cancel (cancellable);
  g_assert_true (g_async_queue_pop (ended) == cancelled);
  wait_until_asleep (other->id);
  g_assert_null (g_async_queue_try_pop (ended));

  rf_event_set (&event);
  g_assert_true (g_async_queue_pop (ended) == other);
  g_assert_true (other->success);
  free_waiter (cancelled);
  free_waiter (other);
}

/* A wait that has ended is not heard of by its cancellable any more. */
static void
test_cancelled_after (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  RfEvent *event = map_events (1);

  rf_event_set (event);
  g_assert_true (rf_event_wait (event, -1, cancellable, NULL));
  g_assert_false (rf_event_wait (event, 1, cancellable, NULL));
  unmap_events (event, 1);
  g_cancellable_cancel (cancellable);
}

static void
test_one_waiter_gets_one_set (void)
{
  g_autoptr (GAsyncQueue) ended = g_async_queue_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  RfEvent event = { 0 };

  for (guint i = 0; i < WAITERS; i++)
    start_waiter (&event, -1, cancellable, ended);
  for (guint i = 0; i < WAITERS; i++)
    {
      gboolean expected = i < WAITERS - 1;
      Waiter *waiter;

      if (expected)
        rf_event_set (&event);
      else
        g_cancellable_cancel (cancellable);
      waiter = g_async_queue_pop (ended);
      g_assert_true (waiter->success == expected);
      free_waiter (waiter);
    }
}

static gpointer
answer (gpointer data)
{
  RfEvent *events = data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_assert_true (rf_event_wait (&events[0], -1, NULL, NULL));
      rf_event_set (&events[1]);
    }
  return NULL;
}

static void
ask (RfEvent *events)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;

      rf_event_set (&events[0]);
      g_assert_true (rf_event_wait (&events[1], -1, cancellable, &error));
      g_assert_no_error (error);
      g_assert_false (rf_event_is_set (&events[0]));
    }
}

static void
test_no_wake_up_is_lost (void)
{
  RfEvent events[2] = { 0 };
  GThread *thread = g_thread_new ("answer", answer, events);

  ask (events);
  g_thread_join (thread);
}

static void
test_no_wake_up_is_lost_across_processes (void)
{
  RfEvent *events = map_events (2);
  pid_t child = fork ();

  if (child == 0)
    {
      answer (events);
      _exit (0);
    }
  ask (events);
  check_child (child);
  unmap_events (events, 2);
}

static void
test_set_wakes_another_process (void)
{
  RfEvent *event = map_events (1);
  pid_t child = fork ();

  if (child == 0)
    _exit (rf_event_wait (event, -1, NULL, NULL) && !rf_event_is_set (event) ? 0 : 1);
  wait_until_asleep (child);
  rf_event_set (event);
  check_child (child);
  g_assert_false (rf_event_is_set (event));
  unmap_events (event, 1);
}

/* Nor does it end when a wait of another process is cancelled or times out. */
static void
test_cancel_leaves_another_process_alone (void)
{
  g_autoptr (GAsyncQueue) ended = g_async_queue_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  RfEvent *event = map_events (1);
  pid_t child = fork ();
  Waiter *waiter;

  if (child == 0)
    _exit (rf_event_wait (event, -1, NULL, NULL) ? 0 : 1);
  wait_until_asleep (child);
  waiter = start_waiter (event, -1, cancellable, ended);
  g_cancellable_cancel (cancellable);
  g_assert_true (g_async_queue_pop (ended) == waiter);
  g_assert_false (waiter->success);
  free_waiter (waiter);
  g_assert_false (rf_event_wait (event, 1000, NULL, NULL));

  wait_until_asleep (child);
  g_assert_cmpint (waitpid (child, NULL, WNOHANG), ==, 0);
  rf_event_set (event);
  check_child (child);
  unmap_events (event, 1);
}

static void
test_timeout_in_another_process (void)
{
  RfEvent *event = map_events (1);
  pid_t child = fork ();

  if (child == 0)
    {
      GError *error = NULL;

      if (rf_event_wait (event, 5000, NULL, &error))
        _exit (1);
      _exit (g_error_matches (error, RF_ERROR, RF_ERROR_TIMED_OUT) ? 0 : 2);
    }
  check_child (child);
  /* What was waited for then is still there to be had. */
  rf_event_set (event);
  g_assert_true (rf_event_wait (event, 0, NULL, NULL));
  unmap_events (event, 1);
}

/* What was written before the set is seen after the wait. */
static void
test_order (void)
{
  struct
  {
    RfEvent events[2];
    guint value;
  } *shared
      = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t child;

  g_assert_true (shared != MAP_FAILED);
  child = fork ();
  if (child == 0)
    {
      for (guint i = 1; i <= ROUNDS; i++)
        {
          if (!rf_event_wait (&shared->events[0], -1, NULL, NULL) || shared->value != i)
            _exit (1);
          shared->value = 0;
          rf_event_set (&shared->events[1]);
        }
      _exit (0);
    }
  for (guint i = 1; i <= ROUNDS; i++)
    {
      shared->value = i;
      rf_event_set (&shared->events[0]);
      g_assert_true (rf_event_wait (&shared->events[1], 10 * G_TIME_SPAN_SECOND, NULL, NULL));
      g_assert_cmpuint (shared->value, ==, 0);
    }
  check_child (child);
  munmap (shared, sizeof *shared);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/flag", test_flag);
  g_test_add_func ("/event/wait-takes-the-set", test_wait_takes_the_set);
  g_test_add_func ("/event/timeout", test_timeout);
  g_test_add_func ("/event/set-wakes", test_set_wakes);
  g_test_add_func ("/event/cancelled-before", test_cancelled_before);
  g_test_add_func ("/event/cancel-wakes", test_cancel_wakes);
  g_test_add_func ("/event/cancel-ends-one-wait", test_cancel_ends_one_wait);
  g_test_add_func ("/event/cancelled-after", test_cancelled_after);
  g_test_add_func ("/event/one-waiter-gets-one-set", test_one_waiter_gets_one_set);
  g_test_add_func ("/event/no-wake-up-is-lost", test_no_wake_up_is_lost);
  g_test_add_func ("/event/no-wake-up-is-lost-across-processes",
                   test_no_wake_up_is_lost_across_processes);
  g_test_add_func ("/event/set-wakes-another-process", test_set_wakes_another_process);
  g_test_add_func ("/event/cancel-leaves-another-process-alone",
                   test_cancel_leaves_another_process_alone);
  g_test_add_func ("/event/timeout-in-another-process", test_timeout_in_another_process);
  g_test_add_func ("/event/order", test_order);
  return g_test_run ();
}
