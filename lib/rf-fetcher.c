/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A fetcher from its making to its end, its seeks, and what it does on its own thread. One lock guards the window and
 * every lane; nothing but the ring and a post to a reactor is called under it. */

#include "rf-lane-private.h"

#include "rf-error.h"

/* Sets or stops the timer, on the fetcher's thread. */
static void
set_hold_timer (RfFetcher *self, gint64 at)
{
  gboolean was_set = self->hold_timer_is_set;

  self->hold_timer_is_set = at > 0;
  if (at > 0)
    rf_reactor_start_timer (self->thread->reactor, &self->hold_timer, at);
  else
    rf_reactor_stop_timer (self->thread->reactor, &self->hold_timer);
  if (self->hold_timer_is_set && !was_set)
    rf_fetcher_ref (self);
  else if (!self->hold_timer_is_set && was_set)
    rf_fetcher_unref (self);
}

static void
run_fill_task (gpointer data)
{
  RfFetcher *self = data;
  gint64 now = g_get_monotonic_time ();
  gint64 hold_until = 0;

  g_atomic_int_set (&self->fill_task_posted, FALSE);
  g_mutex_lock (&self->locked.lock);
  if (self->locked.state == RF_FETCHER_CLOSED)
    self->locked.is_held = FALSE;
  rf_fill_locked (self);
  if (self->locked.is_held)
    hold_until = now + rf_throttle_get_wait (&self->locked.throttle, now);
  g_mutex_unlock (&self->locked.lock);
  set_hold_timer (self, hold_until);
  rf_fetcher_unref (self);
}

static void
on_hold_over (gpointer data)
{
  RfFetcher *self = data;

  g_mutex_lock (&self->locked.lock);
  self->locked.is_held = FALSE;
  self->locked.last_progress = g_get_monotonic_time ();
  rf_fill_locked (self);
  g_cond_broadcast (&self->locked.cond);
  g_mutex_unlock (&self->locked.lock);
  set_hold_timer (self, 0);
}

void
rf_fetcher_post_fill (RfFetcher *self)
{
  if (!g_atomic_int_compare_and_exchange (&self->fill_task_posted, FALSE, TRUE))
    return;
  rf_fetcher_ref (self);
  rf_reactor_post (self->thread->reactor, &self->fill_task);
}

/* Called by the ring, on any thread, maybe under the fetcher's own lock. */
static void
on_slot_free (gpointer data)
{
  RfFetcher *self = data;

  if (g_atomic_int_get (&self->wants_slot))
    rf_fetcher_post_fill (self);
}

static void
run_lost_task (gpointer data)
{
  rf_fetcher_close (data);
  rf_fetcher_unref (data);
}

/* The ring calls no more, because another fetcher has it now or this one is closed. Maybe under the lock
 * of either, and with the last reference: not to be dropped here. */
static void
on_ring_lost (gpointer data)
{
  RfFetcher *self = data;

  rf_reactor_post (self->thread->reactor, &self->lost_task);
}

/* Each worker needs a slot that fills and one for what it asks for next. */
static void
init_tuner (RfFetcher *self)
{
  gsize slot_size = rf_ring_buffer_get_slot_size (self->ring);
  guint num_slots = rf_ring_buffer_get_num_slots (self->ring);
  guint given = rf_options_get_num_workers (self->options);
  guint most = given != 0 ? given : CLAMP (num_slots / 2, 1, RF_MAX_CHOSEN_WORKERS);

  rf_tuner_init (&self->locked.tuner, given, most, slot_size, num_slots / 2 * slot_size);
}

RfFetcher *
rf_fetcher_new (RfSession *session,
                RfRingBuffer *ring,
                RfLocation *location,
                const RfOptions *options)
{
  RfFetcher *self = g_new0 (RfFetcher, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->locked.lock);
  g_cond_init (&self->locked.cond);
  g_queue_init (&self->locked.parts);
  self->session = g_object_ref (session);
  rf_session_add_reader (session);
  self->ring = g_object_ref (ring);
  self->location = rf_location_ref (location);
  self->options = rf_options_copy (options);
  self->locked.stop = RF_SIZE_UNKNOWN;
  rf_resource_clear (&self->locked.resource);
  rf_route_init (&self->locked.route, location);

  self->thread = rf_session_get_thread (session, rf_session_pick_thread (session));
  self->locked.lanes = g_ptr_array_new_with_free_func ((GDestroyNotify)rf_lane_free);
  rf_throttle_init (&self->locked.throttle, rf_options_get_max_bandwidth (options),
                    g_get_monotonic_time ());
  init_tuner (self);

  self->fill_task.func = run_fill_task;
  self->fill_task.data = self;
  self->hold_timer.func = on_hold_over;
  self->hold_timer.data = self;
  self->lost_task.func = run_lost_task;
  self->lost_task.data = self;
  rf_ring_buffer_set_free_func (ring, on_slot_free, rf_fetcher_ref (self), on_ring_lost);
  return self;
}

RfFetcher *
rf_fetcher_ref (RfFetcher *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rf_fetcher_unref (RfFetcher *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->locked.lanes);
  rf_resource_clear (&self->locked.resource);
  rf_route_clear (&self->locked.route);
  g_free (self->locked.trouble);
  g_clear_error (&self->locked.error);
  rf_options_free (self->options);
  rf_location_unref (self->location);
  g_object_unref (self->ring);
  g_cond_clear (&self->locked.cond);
  g_mutex_clear (&self->locked.lock);
  g_object_unref (self->session);
  g_free (self);
}

void
rf_fetcher_close (RfFetcher *self)
{
  gboolean is_held;

  g_mutex_lock (&self->locked.lock);
  if (self->locked.state != RF_FETCHER_CLOSED)
    rf_session_remove_reader (self->session);
  self->locked.state = RF_FETCHER_CLOSED;
  rf_window_clear_locked (self);
  g_cond_broadcast (&self->locked.cond);
  is_held = self->locked.is_held;
  g_mutex_unlock (&self->locked.lock);

  if (is_held)
    rf_fetcher_post_fill (self);
  rf_ring_buffer_clear_free_func (self->ring, self);
}

void
rf_fetcher_restart_locked (RfFetcher *self, guint64 start)
{
  gboolean has_changed = g_error_matches (self->locked.error, RF_ERROR, RF_ERROR_CHANGED);

  rf_window_clear_locked (self);
  self->locked.read_ahead = MAX (RF_READ_AHEAD_START, rf_workers_get_number_locked (self));
  /* What has failed there may be had elsewhere by now. */
  if (self->locked.error != NULL)
    rf_route_reset (&self->locked.route);
  self->locked.position = start;
  self->locked.next = start;
  self->locked.num_started = 0;
  self->locked.first_part = RF_FIRST_PART_START;
  g_clear_error (&self->locked.error);
  self->locked.error_status = 0;
  self->locked.fresh = TRUE;
  self->locked.delivered = 0;
  self->locked.delivery_began = g_get_monotonic_time ();
  if (self->locked.resource.known && self->locked.resource.ranges && !has_changed)
    {
      self->locked.state = RF_FETCHER_PARALLEL;
      /* Who seeks may seek again soon. */
      self->locked.read_ahead = RF_READ_AHEAD_SEEK;
      self->locked.first_part = RF_FIRST_PART_SEEK;
      return;
    }
  /* What was known holds no more, or need not: without ranges all comes anew. */
  rf_resource_clear (&self->locked.resource);
  self->locked.without_range = FALSE;
  self->locked.state = RF_FETCHER_PROBING;
}

gboolean
rf_fetcher_is_closed_locked (RfFetcher *self, GError **error)
{
  if (self->locked.state != RF_FETCHER_CLOSED)
    return FALSE;
  g_set_error_literal (error, RF_ERROR, RF_ERROR_CLOSED, "The reader has been closed");
  return TRUE;
}

/* Whether what the window has, and what is on its way, is enough to go on with up to there. */
static gboolean
is_running_locked (RfFetcher *self, guint64 stop)
{
  switch (self->locked.state)
    {
    case RF_FETCHER_PROBING:
    case RF_FETCHER_PARALLEL:
    case RF_FETCHER_SEQUENTIAL:
      return TRUE;
    case RF_FETCHER_ENDED:
      return self->locked.error == NULL
             && MIN (stop, self->locked.resource.size) <= self->locked.next;
    case RF_FETCHER_IDLE:
    case RF_FETCHER_CLOSED:
      break;
    }
  return FALSE;
}

static gboolean
move_locked (RfFetcher *self, guint64 start, guint64 stop, GError **error)
{
  const RfResource *resource = &self->locked.resource;

  if (rf_fetcher_is_closed_locked (self, error))
    return FALSE;
  if (is_running_locked (self, stop)
      && (start == self->locked.position || rf_window_skip_locked (self, start)))
    return TRUE;
  if (resource->known && !resource->ranges && start > 0)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NOT_SEEKABLE,
                   "%s: the server does not support ranges, so it can only be read from start to "
                   "end",
                   rf_location_get_display (self->location));
      return FALSE;
    }
  rf_fetcher_restart_locked (self, start);
  return TRUE;
}

gboolean
rf_fetcher_seek (RfFetcher *self, guint64 start, guint64 stop, GError **error)
{
  gboolean moved;

  g_mutex_lock (&self->locked.lock);
  moved = move_locked (self, start, stop, error);
  if (moved)
    {
      self->locked.stop = stop;
      self->locked.fresh = TRUE;
      self->locked.wanted = TRUE;
      rf_fill_locked (self);
      g_cond_broadcast (&self->locked.cond);
    }
  g_mutex_unlock (&self->locked.lock);
  return moved;
}

gboolean
rf_fetcher_get_resource (RfFetcher *self, guint64 *size, gboolean *ranges)
{
  gboolean known;

  g_mutex_lock (&self->locked.lock);
  known = self->locked.resource.known;
  *size = self->locked.resource.size;
  *ranges = self->locked.resource.ranges;
  g_mutex_unlock (&self->locked.lock);
  return known;
}

char *
rf_fetcher_dup_uri (RfFetcher *self)
{
  char *uri = NULL;

  g_mutex_lock (&self->locked.lock);
  if (self->locked.resource.known || rf_route_is_redirected (&self->locked.route))
    uri = g_strdup (rf_location_get_uri (self->locked.route.current));
  g_mutex_unlock (&self->locked.lock);
  return uri;
}

guint
rf_fetcher_get_error_status (RfFetcher *self)
{
  guint status;

  g_mutex_lock (&self->locked.lock);
  status = self->locked.error_status;
  g_mutex_unlock (&self->locked.lock);
  return status;
}

void
rf_fetcher_get_stats (RfFetcher *self, RfStats *stats)
{
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->locked.lock);
  *stats = self->locked.stats;
  stats->workers = rf_workers_get_number_locked (self);
  stats->part_size = rf_fill_get_part_size_locked (self);
  if (now > self->locked.delivery_began)
    stats->goodput = (guint64)((double)self->locked.delivered * G_TIME_SPAN_SECOND
                               / (double)(now - self->locked.delivery_began));
  g_mutex_unlock (&self->locked.lock);
  rf_ring_buffer_count_slots (self->ring, &stats->slots_free, &stats->slots_filling,
                              &stats->slots_lent);
}
