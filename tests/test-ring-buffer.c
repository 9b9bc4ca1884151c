/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ring: when a slot is free, and the face that other processes see. */

#include <ringfetch.h>

#include "rf-ring-buffer-private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static RfRingBuffer *
new_ring (guint num_slots)
{
  g_autoptr (GError) error = NULL;
  RfRingBuffer *ring = rf_ring_buffer_new (NULL, num_slots, 4096, &error);

  g_assert_no_error (error);
  return ring;
}

static void
test_release_in_any_order (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (2);
  int a = rf_ring_buffer_reserve (ring, 100);
  int b = rf_ring_buffer_reserve (ring, 4096);

  g_assert_cmpint (a, !=, b);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, -1);

  g_assert_cmpuint (rf_ring_buffer_commit (ring, (guint)a, 60), ==, 60);
  g_assert_nonnull (rf_ring_buffer_lend (ring, (guint)a, 60));
  rf_ring_buffer_release (ring, (guint)a);
  /* Nobody holds it, but it has not been delivered to the end. */
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, -1);

  g_assert_cmpuint (rf_ring_buffer_commit (ring, (guint)a, 40), ==, 100);
  g_assert_true (rf_ring_buffer_is_ready (ring, (guint)a));
  rf_ring_buffer_lend (ring, (guint)a, 20);
  rf_ring_buffer_lend (ring, (guint)a, 20);
  rf_ring_buffer_release (ring, (guint)a);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, -1);
  rf_ring_buffer_release (ring, (guint)a);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, a);
}

static void
test_writer_keeps_slot (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  guint slot = (guint)rf_ring_buffer_reserve (ring, 10);

  rf_ring_buffer_begin_write (ring, slot);
  rf_ring_buffer_abandon (ring, slot);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, -1);
  rf_ring_buffer_end_write (ring, slot);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, 0);
}

static guint
reserve (RfRingBuffer *ring, gsize length)
{
  int slot = rf_ring_buffer_reserve (ring, length);

  g_assert_cmpint (slot, >=, 0);
  rf_ring_buffer_begin_write (ring, (guint)slot);
  return (guint)slot;
}

/* Fills what is left of a slot, and has it consumed. */
static void
use_up (RfRingBuffer *ring, guint slot, gsize length)
{
  rf_ring_buffer_commit (ring, slot, length);
  rf_ring_buffer_end_write (ring, slot);
  rf_ring_buffer_lend (ring, slot, length);
  rf_ring_buffer_release (ring, slot);
}

/* What comes first gets the slot that was in use last, and not what was asked for first. */
static void
test_exchange (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (4);
  guint a = reserve (ring, 100);
  guint b = reserve (ring, 200);
  guint c = reserve (ring, 300);
  guint free, filling, lent;

  /* The fourth has never been in use. */
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, a), ==, a);

  use_up (ring, b, 200);
  use_up (ring, c, 300);
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, a), ==, c);
  rf_ring_buffer_count_slots (ring, &free, &filling, &lent);
  g_assert_cmpuint (free, ==, 3);
  g_assert_cmpuint (filling, ==, 1);
  g_assert_cmpuint (lent, ==, 0);

  /* The length and the writer have gone over, and what was ready is not. */
  g_assert_false (rf_ring_buffer_is_ready (ring, c));
  g_assert_cmpuint (rf_ring_buffer_commit (ring, c, 99), ==, 99);
  g_assert_false (rf_ring_buffer_is_ready (ring, c));
  use_up (ring, c, 1);
  g_assert_true (rf_ring_buffer_is_ready (ring, c));
  rf_ring_buffer_lend (ring, c, 99);
  rf_ring_buffer_release (ring, c);

  /* All are free, in the order in which they were in use. */
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, (int)c);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, (int)b);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, (int)a);
}

/* What is given back is no warmer than it was. */
static void
test_exchange_keeps_order (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (3);
  guint a = reserve (ring, 10);
  guint b = reserve (ring, 10);
  guint c = reserve (ring, 10);

  use_up (ring, b, 10);
  use_up (ring, c, 10);
  g_assert_cmpuint (reserve (ring, 10), ==, c);
  use_up (ring, a, 10);
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, c), ==, a);
  g_assert_cmpuint (reserve (ring, 10), ==, c);
  /* A colder one is not taken. */
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, c), ==, c);
  g_assert_cmpuint (reserve (ring, 10), ==, b);
}

/* Nor is what was taken for it as cold as that. */
static void
test_exchange_once (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (3);
  guint a = reserve (ring, 10);
  guint b = reserve (ring, 10);
  guint c = reserve (ring, 10);

  use_up (ring, c, 10);
  g_assert_cmpuint (reserve (ring, 10), ==, c);
  use_up (ring, b, 10);
  use_up (ring, a, 10);
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, c), ==, a);
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, a), ==, a);
}

/* Another request, which has been given up, may still write. */
static void
test_exchange_waits_for_writers (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (2);
  guint a = reserve (ring, 10);
  guint b = reserve (ring, 10);

  use_up (ring, b, 10);
  rf_ring_buffer_begin_write (ring, a);
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, a), ==, a);
  rf_ring_buffer_end_write (ring, a);
  g_assert_cmpuint (rf_ring_buffer_exchange (ring, a), ==, b);
}

static void
test_events_cross_processes (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  int status;
  pid_t child = fork ();

  if (child == 0)
    {
      memcpy (rf_ring_buffer_get_buf (ring, NULL) + 4096, "child", 5);
      rf_ring_buffer_set_ready (ring, 1);
      _exit (0);
    }
  g_assert_true (rf_ring_buffer_wait_slot (ring, 1, 10 * G_TIME_SPAN_SECOND, NULL, &error));
  g_assert_no_error (error);
  bytes = rf_ring_buffer_read_slot (ring, 1, 5);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "child", 5);
  g_assert_false (rf_ring_buffer_is_ready (ring, 1));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);

  g_assert_false (rf_ring_buffer_wait_slot (ring, 1, 1000, NULL, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_TIMED_OUT);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_wait_is_cancelled (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel, cancellable);

  g_assert_false (rf_ring_buffer_wait_slot (ring, 0, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void
test_named (void)
{
  g_autofree char *name = g_strdup_printf ("rf-test-%d", (int)getpid ());
  g_autofree char *path = g_strconcat ("/dev/shm/", name, NULL);
  g_autoptr (RfRingBuffer) ring = NULL;
  g_autoptr (RfRingBuffer) other = NULL;
  g_autoptr (GError) error = NULL;

  ring = rf_ring_buffer_new (name, 3, 5000, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rf_ring_buffer_get_name (ring), ==, name);
  g_assert_null (rf_ring_buffer_new (name, 3, 5000, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_EXISTS);
  g_clear_error (&error);

  other = rf_ring_buffer_attach (name, 3, 5000, &error);
  g_assert_no_error (error);
  memcpy (rf_ring_buffer_get_buf (ring, NULL) + 10000, "x", 1);
  rf_ring_buffer_set_ready (ring, 2);
  g_assert_true (rf_ring_buffer_wait_slot (other, 2, 0, NULL, &error));
  g_assert_cmpint (rf_ring_buffer_get_buf (other, NULL)[10000], ==, 'x');
  g_assert_null (rf_ring_buffer_attach (name, 3, 50000, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  rf_ring_buffer_close (ring);
  rf_ring_buffer_close (ring);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_invalid (void)
{
  static const char *const names[] = { "", "/", "a/b", ".", "/.." };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_null (rf_ring_buffer_new (names[i], 1, 4096, &error));
      g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
  g_assert_null (rf_ring_buffer_new (NULL, 0, 4096, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (rf_ring_buffer_new (NULL, G_MAXUINT, G_MAXSSIZE, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  /* More than any machine has. */
  g_assert_null (rf_ring_buffer_new (NULL, 1024, (gsize)1 << 40, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NO_SPACE);
}

static void
test_sealed (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  int fd = rf_ring_buffer_get_fd (ring);

  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  g_assert_true (mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ring-buffer/release-in-any-order", test_release_in_any_order);
  g_test_add_func ("/ring-buffer/writer-keeps-slot", test_writer_keeps_slot);
  g_test_add_func ("/ring-buffer/exchange", test_exchange);
  g_test_add_func ("/ring-buffer/exchange-keeps-order", test_exchange_keeps_order);
  g_test_add_func ("/ring-buffer/exchange-once", test_exchange_once);
  g_test_add_func ("/ring-buffer/exchange-waits-for-writers", test_exchange_waits_for_writers);
  g_test_add_func ("/ring-buffer/events-cross-processes", test_events_cross_processes);
  g_test_add_func ("/ring-buffer/wait-is-cancelled", test_wait_is_cancelled);
  g_test_add_func ("/ring-buffer/named", test_named);
  g_test_add_func ("/ring-buffer/invalid", test_invalid);
  g_test_add_func ("/ring-buffer/sealed", test_sealed);
  return g_test_run ();
}
