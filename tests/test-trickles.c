/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bodies that come in bursts, and bodies of which next to nothing comes: who is taken for slow, and is
 * helped. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"

#define SIZE (16 * MIB)

#define BURST ((guint64)64 * 1024)
#define BURST_TIME (16 * G_TIME_SPAN_MILLISECOND)
#define BURST_LATENCY (20 * G_TIME_SPAN_MILLISECOND)

static gboolean
answer_in_bursts (const RfTestScriptRequest *request, gpointer unused)
{
  guint64 end = MIN (request->end, SIZE);
  g_autofree char *field
      = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n", end - request->start);
  gboolean is_open = TRUE;

  g_usleep (BURST_LATENCY);
  rf_test_script_say_part (request, SIZE, field);
  for (guint64 at = request->start; is_open && at < end; at += BURST)
    {
      if (at > request->start)
        g_usleep (BURST_TIME);
      is_open = rf_test_script_say_content (request, at, MIN (at + BURST, end));
    }
  return is_open;
}

/* Where all come in the same bursts nobody is slow, nor does anybody stall because others are looked at. */
static void
test_bursts (void)
{
  const RfTestSettings settings = { .workers = 4, .slots = 16, .slot_size = MIB, .timeout = 30 };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_in_bursts, NULL);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  g_autoptr (RfStats) stats = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SIZE);
  g_assert_no_error (error);
  stats = rf_reader_get_stats (reader);
  g_assert_cmpuint (stats->stalls, ==, 0);
}

/* When all must have been helped that need it. */
#define SOON (8 * G_TIME_SPAN_SECOND)

/* Requests of which a byte comes now and then, so that they do not stall: each would take hours. */
#define TRICKLE_TIME (20 * G_TIME_SPAN_MILLISECOND)
#define SMALL_SIZE (2 * MIB)

typedef struct
{
  guint every; /* one in so many */
  int is_late; /* atomic: one of them has not been helped */
} Trickle;

static gboolean
trickle (const RfTestScriptRequest *request, Trickle *self)
{
  gint64 until = g_get_monotonic_time () + SOON;

  for (guint64 at = request->start; at < request->end; at++)
    {
      if (!rf_test_script_say_content (request, at, at + 1))
        return FALSE;
      g_usleep (TRICKLE_TIME);
      if (g_get_monotonic_time () > until)
        {
          g_atomic_int_set (&self->is_late, TRUE);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
answer_or_trickle (const RfTestScriptRequest *request, gpointer data)
{
  Trickle *self = data;
  guint64 end = MIN (request->end, SMALL_SIZE);
  g_autofree char *field
      = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n", end - request->start);
  gboolean is_open = TRUE;

  rf_test_script_say_part (request, SMALL_SIZE, field);
  if (request->number % self->every == self->every - 1)
    return trickle (request, self);
  for (guint64 at = request->start; is_open && at < end; at += 16 * 1024)
    {
      is_open = rf_test_script_say_content (request, at, MIN (at + 16 * 1024, end));
      g_usleep (G_TIME_SPAN_MILLISECOND);
    }
  return is_open;
}

/* What next to nothing has come of is helped where little else comes, too: an object that is small, or a ring
 * that is full. It is helped where little is left of it as well. */
static void
test_trickles (gconstpointer data)
{
  const gsize slot_size = GPOINTER_TO_SIZE (data);
  const RfTestSettings settings
      = { .workers = 4, .slots = 8, .slot_size = slot_size, .timeout = 30 };
  Trickle trickle = { .every = (guint)(SMALL_SIZE / slot_size / 2) };
  g_autoptr (RfTestScript) script = rf_test_script_new (answer_or_trickle, &trickle);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_script_get_uri (script), &settings);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, SMALL_SIZE);
  g_assert_no_error (error);
  g_assert_false (g_atomic_int_get (&trickle.is_late));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trickles/bursts", test_bursts);
  g_test_add_data_func ("/trickles/usual", GSIZE_TO_POINTER (256 * 1024), test_trickles);
  g_test_add_data_func ("/trickles/small", GSIZE_TO_POINTER (32 * 1024), test_trickles);
  return g_test_run ();
}
