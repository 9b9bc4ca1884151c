/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server that serves one connection after another: the request ahead of time, on a second one, is not
 * answered there, and the stream must go on. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* So little is never split. */
#define SLOT_SIZE ((guint64)60000)

#define LATENCY (8 * G_TIME_SPAN_MILLISECOND)
#define BODY_TIME (8 * G_TIME_SPAN_MILLISECOND)

static void
say_head (const RfTestScriptRequest *request, guint64 size)
{
  guint64 length = MIN (request->end, size) - request->start;
  g_autofree char *field = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n", length);

  rf_test_script_say_part (request, size, field);
}

/* Who comes later is not answered before who came earlier has ended, or has been idle for a while. */
typedef struct
{
  GMutex lock;
  gboolean is_busy;
  int idle_ms; /* -1: for ever */
  guint64 size;
} Single;

/* Waits for a while whether something comes. FALSE: nothing, or the end of the connection. */
static gboolean
wait_for_input (int fd, int milliseconds)
{
  struct pollfd poller = { .fd = fd, .events = POLLIN };
  char c;
  int n;

  do
    n = poll (&poller, 1, milliseconds);
  while (n < 0 && errno == EINTR);
  return n > 0 && recv (fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static gboolean
has_ended (int fd)
{
  char c;

  return recv (fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static gboolean
take_turn (Single *self, int fd)
{
  gboolean is_mine = FALSE;

  while (!is_mine && !has_ended (fd))
    {
      g_mutex_lock (&self->lock);
      is_mine = !self->is_busy;
      self->is_busy = TRUE;
      g_mutex_unlock (&self->lock);
      if (!is_mine)
        g_usleep (2000);
    }
  return is_mine;
}

static gboolean
answer_one_after_another (const RfTestScriptRequest *request, gpointer data)
{
  Single *self = data;
  gboolean goes_on;

  if (request->place == 0 && !take_turn (self, request->fd))
    return FALSE;
  g_usleep (LATENCY);
  say_head (request, self->size);
  rf_test_script_say_content (request, request->start, request->start + 1);
  g_usleep (BODY_TIME);
  goes_on = rf_test_script_say_content (request, request->start + 1, MIN (request->end, self->size))
            && wait_for_input (request->fd, self->idle_ms);
  if (goes_on)
    return TRUE;
  g_mutex_lock (&self->lock);
  self->is_busy = FALSE;
  g_mutex_unlock (&self->lock);
  return FALSE;
}

static void
check_single (guint workers, int idle_ms)
{
  const RfTestSettings settings = { .workers = workers, .slots = 8, .slot_size = SLOT_SIZE };
  Single single = { .idle_ms = idle_ms, .size = 12 * SLOT_SIZE };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_one_after_another, &single);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, single.size);
  g_assert_no_error (error);
}

static void
test_for_a_while (void)
{
  check_single (1, 100);
  check_single (4, 100);
}

static void
test_for_ever (void)
{
  check_single (1, -1);
  check_single (4, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/single/for-a-while", test_for_a_while);
  g_test_add_func ("/single/for-ever", test_for_ever);
  return g_test_run ();
}
