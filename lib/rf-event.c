/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An event is a futex: four bytes of shared memory, no descriptor, and no system call unless somebody
 * has to wait: who goes to sleep says so in the word. A cancellation changes the word too (it counts up),
 * so that a waiter which has just found itself not cancelled cannot fall asleep on the word it read before. */

#include "rf-event-private.h"

#include "rf-error.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SET 1u
#define WAITED_FOR 2u
#define INTERRUPTION 4u

static void
wake_all (RfEvent *self)
{
  syscall (SYS_futex, &self->word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void
sleep_while (RfEvent *self, guint32 word, gint64 timeout)
{
  struct timespec left = { timeout / G_USEC_PER_SEC, timeout % G_USEC_PER_SEC * 1000 };

  /* Every way in which this returns is a reason to look again. */
  syscall (SYS_futex, &self->word, FUTEX_WAIT, word, timeout < 0 ? NULL : &left, NULL, 0);
}

static void
interrupt (GCancellable *cancellable, RfEvent *self)
{
  atomic_fetch_add_explicit (&self->word, INTERRUPTION, memory_order_relaxed);
  wake_all (self);
}

/* The acquire pairs with the release in rf_event_set(): what was written before the set is seen. */
static gboolean
take (RfEvent *self)
{
  return (atomic_fetch_and_explicit (&self->word, ~SET, memory_order_acquire) & SET) != 0;
}

/* All who wait are woken, so none of them is left in the word. */
void
rf_event_set (RfEvent *self)
{
  guint32 word = atomic_load_explicit (&self->word, memory_order_relaxed);

  while (!atomic_compare_exchange_weak_explicit (&self->word, &word, (word | SET) & ~WAITED_FOR,
                                                 memory_order_release, memory_order_relaxed))
    ;
  if ((word & WAITED_FOR) != 0)
    wake_all (self);
}

void
rf_event_clear (RfEvent *self)
{
  take (self);
}

gboolean
rf_event_is_set (RfEvent *self)
{
  return (atomic_load_explicit (&self->word, memory_order_acquire) & SET) != 0;
}

/* Sleeps until the event is set (and takes it), the deadline passes, or a cancellation comes. */
static gboolean
wait_until (RfEvent *self, gint64 deadline, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      guint32 word = atomic_fetch_or_explicit (&self->word, WAITED_FOR, memory_order_relaxed);
      gint64 left = deadline < 0 ? -1 : deadline - g_get_monotonic_time ();

      if (take (self))
        return TRUE;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (deadline >= 0 && left <= 0)
        {
          g_set_error_literal (error, RF_ERROR, RF_ERROR_TIMED_OUT,
                               "The slot was not ready in the time given");
          return FALSE;
        }
      sleep_while (self, word | WAITED_FOR, left);
    }
}

gboolean
rf_event_wait (RfEvent *self, gint64 timeout, GCancellable *cancellable, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  /* A timeout beyond the end of time is none. */
  gint64 deadline = timeout < 0 || timeout > G_MAXINT64 - now ? -1 : now + timeout;
  gulong handler;
  gboolean taken;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (take (self))
    return TRUE;

  handler = cancellable != NULL
                ? g_cancellable_connect (cancellable, G_CALLBACK (interrupt), self, NULL)
                : 0;
  taken = wait_until (self, deadline, cancellable, error);
  g_cancellable_disconnect (cancellable, handler);
  return taken;
}
