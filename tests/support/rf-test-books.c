/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-books.h"

#define FIRST_RANGES 64
#define NANOSECONDS ((gint64)1000000000)

static void
log_range_locked (RfTestServer *server, const RfTestRange *asked, guint64 connection)
{
  RfTestServerRange range = { .start = 0, .end = G_MAXUINT64, .connection = connection };
  guint64 size = server->locked.setup->config.size;

  if (asked->kind == RF_TEST_RANGE_SUFFIX)
    {
      range.start = size - MIN (asked->suffix, size);
      range.end = size;
    }
  else if (asked->kind != RF_TEST_RANGE_NONE)
    {
      range.start = asked->first;
      range.end = asked->end;
    }

  if (server->locked.n_ranges == server->locked.allocated_ranges)
    {
      server->locked.allocated_ranges = MAX (2 * server->locked.allocated_ranges, FIRST_RANGES);
      server->locked.ranges
          = g_renew (RfTestServerRange, server->locked.ranges, server->locked.allocated_ranges);
    }
  server->locked.ranges[server->locked.n_ranges++] = range;
}

RfTestEntry
rf_test_books_begin_answer (RfTestConnection *self, const RfTestRequest *request)
{
  RfTestServer *server = self->server;
  RfTestServerCounts *counts = &server->locked.counts;
  RfTestEntry entry;
  guint most;

  pthread_mutex_lock (&server->lock);
  entry.setup = server->locked.setup;
  entry.number = ++entry.setup->n_requests;
  log_range_locked (server, &request->range, self->id);
  counts->requests++;
  if (request->if_match.data != NULL)
    counts->conditional_requests++;
  if (request->authorization.data != NULL)
    counts->authorized_requests++;

  most = entry.setup->config.max_requests;
  entry.is_too_many = most != 0 && server->locked.answering >= most;
  self->answering = !entry.is_too_many;
  if (entry.is_too_many)
    counts->refused_requests++;
  else
    server->locked.answering++;
  counts->max_answering = MAX (counts->max_answering, server->locked.answering);
  pthread_cond_broadcast (&server->request_cond);
  pthread_mutex_unlock (&server->lock);
  return entry;
}

void
rf_test_books_end_answer (RfTestConnection *self)
{
  RfTestServer *server = self->server;

  if (!self->answering)
    return;
  self->answering = FALSE;
  pthread_mutex_lock (&server->lock);
  server->locked.answering--;
  pthread_mutex_unlock (&server->lock);
}

void
rf_test_books_add_handshake (RfTestConnection *self, gboolean resumed)
{
  RfTestServerCounts *counts = &self->server->locked.counts;

  pthread_mutex_lock (&self->server->lock);
  counts->handshakes++;
  if (resumed)
    counts->resumed_handshakes++;
  pthread_mutex_unlock (&self->server->lock);
}

void
rf_test_books_add_body_bytes (RfTestConnection *self, gsize n_bytes)
{
  /* Orders nothing: it is only a count. */
  __atomic_fetch_add (&self->server->body_bytes, n_bytes, __ATOMIC_RELAXED);
}

/* FALSE, and at once, when the connection has been told to end. */
static gboolean
wait_until_locked (RfTestConnection *self, const struct timespec *deadline)
{
  RfTestServer *server = self->server;
  gboolean open;
  int rc = 0;

  while ((open = self->state == RF_TEST_CONNECTION_OPEN) && rc == 0)
    rc = pthread_cond_timedwait (&server->shut_cond, &server->lock, deadline);
  return open;
}

gboolean
rf_test_books_wait (RfTestConnection *self, guint milliseconds)
{
  struct timespec deadline;
  gboolean open;

  if (milliseconds == 0)
    return TRUE;
  deadline = rf_test_deadline_after (milliseconds);
  pthread_mutex_lock (&self->server->lock);
  open = wait_until_locked (self, &deadline);
  pthread_mutex_unlock (&self->server->lock);
  return open;
}

gboolean
rf_test_books_wait_for_link (RfTestConnection *self, guint64 rate, gsize length)
{
  RfTestServer *server = self->server;
  struct timespec time;
  gint64 end;
  gboolean open;

  pthread_mutex_lock (&server->lock);
  clock_gettime (CLOCK_MONOTONIC, &time);
  end = rf_test_link_take (&server->locked.link, rate, length,
                           time.tv_sec * NANOSECONDS + time.tv_nsec);
  time.tv_sec = end / NANOSECONDS;
  time.tv_nsec = end % NANOSECONDS;
  open = wait_until_locked (self, &time);
  pthread_mutex_unlock (&server->lock);
  return open;
}
