/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The consumer's side of a fetcher: it waits for the first answer, and for bytes at the front of the window, and is
 * lent them. */

#include "rf-lane-private.h"

#include "rf-error.h"

/* How long a consumer waits for more of a part before it gets what has come: short against the
 * time a picture or a training step takes, long against the microseconds a push costs. */
#define GATHER_TIME G_TIME_SPAN_MILLISECOND

typedef struct _Wait Wait;

/* What the consumer waits for, and what came of it. */
struct _Wait
{
  /* Whether there is nothing more to wait for; called under the lock. Sets `error` on a failure. */
  gboolean (*is_over) (RfFetcher *self, Wait *wait, GError **error);
  gint64 began;
  gint64 until; /* when is_over() wants to be asked again at the latest */

  /* take() */
  gsize max;
  const guint8 *data; /* NULL: the end */
  gsize size;
  guint64 offset;
  guint slot;
};

/* The next byte will not come. */
static gboolean
has_failed_locked (RfFetcher *self, GError **error)
{
  if (self->locked.error == NULL || self->locked.position < self->locked.error_at)
    return FALSE;
  g_propagate_error (error, g_error_copy (self->locked.error));
  return TRUE;
}

static gboolean
is_open (RfFetcher *self, Wait *wait, GError **error)
{
  wait->until = G_MAXINT64;
  return rf_fetcher_is_closed_locked (self, error) || self->locked.resource.known
         || has_failed_locked (self, error);
}

/* Lends the front of the window. */
static void
lend_locked (RfFetcher *self, Wait *wait, RfPart *part, gsize size)
{
  wait->size = size;
  wait->offset = self->locked.position;
  wait->slot = part->slot;
  wait->data = rf_ring_buffer_lend (self->ring, part->slot, size);
  part->delivered += size;
  self->locked.position += size;
  self->locked.delivered += size;
  self->locked.fresh = FALSE;
  rf_window_pop_locked (self);
  /* The window may have room for another part before the consumer lets go of this one. */
  if (self->locked.lacks_slot)
    rf_fill_locked (self);
}

static gboolean
has_bytes (RfFetcher *self, Wait *wait, GError **error)
{
  RfPart *part = g_queue_peek_head (&self->locked.parts);
  guint64 end = rf_window_get_end_locked (self);
  gsize available;

  self->locked.waiter = RF_WAITER_NONE;
  if (!self->locked.wanted)
    {
      self->locked.wanted = TRUE;
      rf_fill_locked (self);
    }
  if (rf_fetcher_is_closed_locked (self, error))
    return TRUE;
  if (self->locked.position >= end)
    {
      wait->offset = self->locked.position;
      return TRUE;
    }

  available = part != NULL && part->filled > part->delivered ? part->filled - part->delivered : 0;
  if (available == 0)
    {
      if (has_failed_locked (self, error))
        return TRUE;
    }
  else if (self->locked.fresh || available >= wait->max
           || part->filled == rf_range_length (part->range)
           || g_get_monotonic_time () >= wait->began + GATHER_TIME)
    {
      lend_locked (self, wait, part,
                   (gsize)MIN (MIN (available, wait->max), end - self->locked.position));
      return TRUE;
    }

  if (self->locked.fresh || g_get_monotonic_time () >= wait->began + GATHER_TIME)
    {
      self->locked.waiter = RF_WAITER_ANY;
      wait->until = G_MAXINT64;
    }
  else
    {
      self->locked.waiter = RF_WAITER_PART;
      wait->until = wait->began + GATHER_TIME;
    }
  return FALSE;
}

static void
on_cancelled (GCancellable *cancellable, RfFetcher *self)
{
  g_mutex_lock (&self->locked.lock);
  g_cond_broadcast (&self->locked.cond);
  g_mutex_unlock (&self->locked.lock);
}

/* Whether what the consumer waits for has to wait for requests of other readers, itself or while the way to it is
 * looked for. */
static gboolean
is_head_queued_locked (RfFetcher *self)
{
  RfPart *part = g_queue_peek_head (&self->locked.parts);
  RfGap *gap = part != NULL ? g_queue_peek_head (&part->gaps) : NULL;
  const RfLane *lane = gap != NULL ? gap->lane : NULL;

  if (lane != NULL && lane->state == RF_LANE_HELD)
    lane = self->locked.route.searcher;
  return lane != NULL && lane->state == RF_LANE_QUEUED;
}

/* Whether nothing has been asked for, for the sake of max-bandwidth. */
static gboolean
is_all_held_back_locked (RfFetcher *self)
{
  return self->locked.is_held && g_queue_is_empty (&self->locked.parts);
}

/* When the stream has made no progress for too long. */
static gint64
get_timeout_locked (RfFetcher *self, const Wait *wait)
{
  guint seconds = rf_options_get_timeout (self->options);

  if (seconds == 0 || is_head_queued_locked (self) || is_all_held_back_locked (self))
    return G_MAXINT64;
  return MAX (self->locked.last_progress, wait->began) + seconds * G_TIME_SPAN_SECOND;
}

static void
set_timed_out_locked (RfFetcher *self, GError **error)
{
  const char *trouble = self->locked.trouble;

  g_set_error (error, RF_ERROR, RF_ERROR_TIMED_OUT,
               "%s: no byte came for %u seconds%s%s; check the server and the network, or raise "
               "timeout",
               rf_location_get_display (self->location), rf_options_get_timeout (self->options),
               trouble != NULL ? ", at last because: " : "", trouble != NULL ? trouble : "");
}

static gboolean
is_over_locked (RfFetcher *self, Wait *wait, GError **error)
{
  gboolean over = wait->is_over (self, wait, error);

  rf_workers_note_limit_locked (self);
  return over;
}

/* The consumer gives up, and goes. */
static void
stop_waiting_locked (RfFetcher *self)
{
  self->locked.waiter = RF_WAITER_NONE;
  rf_workers_note_limit_locked (self);
}

static gboolean
wait_locked (RfFetcher *self, Wait *wait, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;

  while (!is_over_locked (self, wait, &failure))
    {
      gint64 timeout = get_timeout_locked (self, wait);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          stop_waiting_locked (self);
          return FALSE;
        }
      if (g_get_monotonic_time () >= timeout)
        {
          stop_waiting_locked (self);
          set_timed_out_locked (self, error);
          return FALSE;
        }
      if (MIN (timeout, wait->until) == G_MAXINT64)
        g_cond_wait (&self->locked.cond, &self->locked.lock);
      else
        g_cond_wait_until (&self->locked.cond, &self->locked.lock, MIN (timeout, wait->until));
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Waits until is_over(); a cancellation ends the wait at once. */
static gboolean
wait_for (RfFetcher *self, Wait *wait, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gulong handler = 0;
  gboolean over;

  wait->began = g_get_monotonic_time ();
  g_mutex_lock (&self->locked.lock);
  if (self->locked.state == RF_FETCHER_IDLE)
    {
      rf_fetcher_restart_locked (self, 0);
      rf_fill_locked (self);
    }
  over = is_over_locked (self, wait, &failure);
  if (over || cancellable == NULL)
    {
      over = failure == NULL && (over || wait_locked (self, wait, NULL, &failure));
      g_mutex_unlock (&self->locked.lock);
    }
  else
    {
      /* Connecting may call the handler, which takes the lock. */
      g_mutex_unlock (&self->locked.lock);
      handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL);
      g_mutex_lock (&self->locked.lock);
      over = wait_locked (self, wait, cancellable, &failure);
      g_mutex_unlock (&self->locked.lock);
      g_cancellable_disconnect (cancellable, handler);
    }

  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return over;
}

gboolean
rf_fetcher_open (RfFetcher *self, GCancellable *cancellable, GError **error)
{
  Wait wait = { .is_over = is_open };

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return wait_for (self, &wait, cancellable, error);
}

RfLoan *
rf_fetcher_take (RfFetcher *self, gsize max, GCancellable *cancellable, GError **error)
{
  Wait wait = { .is_over = has_bytes, .max = max };
  RfLoan *copy;

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !wait_for (self, &wait, cancellable, error))
    return NULL;
  if (wait.data == NULL)
    return rf_loan_new_copied (NULL, 0, wait.offset);
  if (!rf_ring_buffer_is_scarce (self->ring))
    return rf_loan_new_lent (self->ring, wait.slot, wait.data, wait.size, wait.offset);

  copy = rf_loan_new_copied (wait.data, wait.size, wait.offset);
  rf_ring_buffer_release (self->ring, wait.slot);
  g_mutex_lock (&self->locked.lock);
  self->locked.stats.copied++;
  g_mutex_unlock (&self->locked.lock);
  return copy;
}
