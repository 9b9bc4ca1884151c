/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transport that reads connections itself: how many connections it keeps for later, which ones, and for
 * how long. The clock is the test's, so that nobody has to wait for minutes. */

#include "rf-curl-driver-private.h"
#include "rf-test-script.h"
#include "rf-test-transfer.h"

#include <poll.h>
#include <time.h>

#define SIZE RF_TEST_TRANSFER_SIZE

/* As rf-direct-pool.c has it. */
#define MAX_IDLE_TIME (118 * G_TIME_SPAN_SECOND)

/* More than are kept by so many. */
#define NUM_TOO_MANY 3
#define NUM_CONNECTIONS (RF_MAX_IDLE_CONNECTIONS + NUM_TOO_MANY)

/* Long for a busy machine, in milliseconds. */
#define PATIENCE 10000

/* How far the test's clock is ahead, in microseconds; atomic. */
static gint64 ahead;

/* Stands before GLib's. */
gint64 (g_get_monotonic_time) (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000
         + __atomic_load_n (&ahead, __ATOMIC_RELAXED);
}

static void
pass_time (gint64 time)
{
  __atomic_fetch_add (&ahead, time, __ATOMIC_RELAXED);
}

/* The server's ends of connections. */
typedef struct
{
  gint num_connections; /* atomic */
  int fds[NUM_CONNECTIONS];
  gint last_used; /* atomic: the connection that the last request came on */
} Peers;

static gboolean
answer (const RfTestScriptRequest *request, gpointer data)
{
  Peers *self = data;
  gint number = 0;

  if (request->place == 0)
    {
      number = g_atomic_int_get (&self->num_connections);
      g_assert_cmpint (number, <, NUM_CONNECTIONS);
      self->fds[number] = request->fd;
      g_atomic_int_set (&self->num_connections, number + 1);
    }
  else
    {
      while (self->fds[number] != request->fd)
        number++;
    }
  g_atomic_int_set (&self->last_used, number);
  return rf_test_script_answer (request, SIZE);
}

/* Whether the client has closed a connection. */
static gboolean
is_closed (const Peers *self, guint number, int patience)
{
  struct pollfd poll_fd = { .fd = self->fds[number], .events = POLLRDHUP };

  return poll (&poll_fd, 1, patience) > 0;
}

/* A request over so many new connections, which goes over this one. */
static void
get (RfTestTransfer *transfer, Peers *peers, guint connections, gint number)
{
  rf_test_transfer_get (transfer, 1, connections);
  g_assert_cmpint (g_atomic_int_get (&peers->last_used), ==, number);
}

static void
get_anew (RfTestTransfer *transfer, Peers *peers, gint number)
{
  transfer->request.is_fresh = TRUE;
  get (transfer, peers, 1, number);
  transfer->request.is_fresh = FALSE;
}

/* Those that are too many are closed, the oldest first, and no others. */
static void
test_number (void)
{
  Peers peers = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer, &peers);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  for (gint i = 0; i < RF_MAX_IDLE_CONNECTIONS; i++)
    get_anew (transfer, &peers, i);
  for (gint i = RF_MAX_IDLE_CONNECTIONS; i < NUM_CONNECTIONS; i++)
    {
      guint oldest = (guint)i - RF_MAX_IDLE_CONNECTIONS;

      g_assert_false (is_closed (&peers, oldest, 0));
      get_anew (transfer, &peers, i);
      g_assert_true (is_closed (&peers, oldest, PATIENCE));
    }
  for (guint i = NUM_TOO_MANY; i < NUM_CONNECTIONS; i++)
    g_assert_false (is_closed (&peers, i, 0));
}

/* The one that was used last is used again, so that the others get old. */
static void
test_order (void)
{
  Peers peers = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer, &peers);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  for (gint i = 0; i < 3; i++)
    get_anew (transfer, &peers, i);
  get (transfer, &peers, 0, 2);
  get (transfer, &peers, 0, 2);
}

static void
test_time (void)
{
  Peers peers = { 0 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer, &peers);
  g_autoptr (RfTestTransfer) transfer = rf_test_transfer_new (rf_test_script_get_uri (script));

  get_anew (transfer, &peers, 0);
  pass_time (MAX_IDLE_TIME / 2);
  get_anew (transfer, &peers, 1);

  /* Nearly too long for the first one, which is still there. */
  pass_time (MAX_IDLE_TIME / 2 - 20 * G_TIME_SPAN_SECOND);
  get (transfer, &peers, 0, 1);
  g_assert_false (is_closed (&peers, 0, 0));

  /* Too long for the first one, but the second one has been used. */
  pass_time (21 * G_TIME_SPAN_SECOND);
  get (transfer, &peers, 0, 1);
  g_assert_true (is_closed (&peers, 0, PATIENCE));
  g_assert_false (is_closed (&peers, 1, 0));

  pass_time (MAX_IDLE_TIME + G_TIME_SPAN_SECOND);
  get (transfer, &peers, 1, 2);
  g_assert_true (is_closed (&peers, 1, PATIENCE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct-pool/number", test_number);
  g_test_add_func ("/direct-pool/order", test_order);
  g_test_add_func ("/direct-pool/time", test_time);
  return g_test_run ();
}
