/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loans: the bytes of a slot as long as anybody looks at them, and not longer. */

#include <ringfetch.h>

#include "rf-loan-private.h"

#include <string.h>

#define THREADS 4

static RfRingBuffer *
new_ring (guint num_slots)
{
  g_autoptr (GError) error = NULL;
  RfRingBuffer *ring = rf_ring_buffer_new (NULL, num_slots, 4096, &error);

  g_assert_no_error (error);
  return ring;
}

/* Reserves a slot for a text, puts it there and returns the slot. */
static guint
fill_slot (RfRingBuffer *ring, const char *text)
{
  gsize length = strlen (text);
  int slot = rf_ring_buffer_reserve (ring, length);

  g_assert_cmpint (slot, >=, 0);
  memcpy (rf_ring_buffer_get_buf (ring, NULL) + (gsize)slot * 4096, text, length);
  g_assert_cmpuint (rf_ring_buffer_commit (ring, (guint)slot, length), ==, length);
  return (guint)slot;
}

static RfLoan *
lend (RfRingBuffer *ring, guint slot, gsize size, guint64 offset)
{
  const guint8 *data = rf_ring_buffer_lend (ring, slot, size);

  g_assert_nonnull (data);
  return rf_loan_new_lent (ring, slot, data, size, offset);
}

static void
check_slots (RfRingBuffer *ring, guint expected_free, guint expected_lent)
{
  guint num_free, num_lent;

  rf_ring_buffer_count_slots (ring, &num_free, NULL, &num_lent);
  g_assert_cmpuint (num_free, ==, expected_free);
  g_assert_cmpuint (num_lent, ==, expected_lent);
}

static void
test_lent (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (2);
  guint slot = fill_slot (ring, "abcdef");
  RfLoan *loan = lend (ring, slot, 6, (guint64)5 << 40);
  const guint8 *data;
  gsize size;

  data = rf_loan_get_data (loan, &size);
  g_assert_cmpmem (data, size, "abcdef", 6);
  g_assert_true (data == rf_ring_buffer_get_buf (ring, NULL) + (gsize)slot * 4096);
  g_assert_true (rf_loan_get_data (loan, NULL) == data);
  g_assert_cmpuint (rf_loan_get_offset (loan), ==, (guint64)5 << 40);
  g_assert_cmpint (rf_loan_get_slot (loan), ==, (int)slot);

  check_slots (ring, 1, 1);
  rf_loan_unref (loan);
  check_slots (ring, 2, 0);
}

static void
test_last_unref_gives_back (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  RfLoan *loan = lend (ring, fill_slot (ring, "abc"), 3, 0);

  g_assert_true (rf_loan_ref (loan) == loan);
  g_assert_true (rf_loan_ref (loan) == loan);
  rf_loan_unref (loan);
  rf_loan_unref (loan);
  check_slots (ring, 0, 1);
  g_assert_cmpint (rf_ring_buffer_reserve (ring, 1), ==, -1);
  rf_loan_unref (loan);
  check_slots (ring, 1, 0);
}

static void
test_two_loans_of_a_slot (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  guint slot = fill_slot (ring, "abcdef");
  RfLoan *first = lend (ring, slot, 2, 100);
  RfLoan *second = lend (ring, slot, 4, 102);
  gsize size;

  g_assert_cmpmem (rf_loan_get_data (second, NULL), 4, "cdef", 4);
  rf_loan_unref (first);
  check_slots (ring, 0, 1);
  g_assert_cmpmem (rf_loan_get_data (second, &size), size, "cdef", 4);
  g_assert_cmpuint (rf_loan_get_offset (second), ==, 102);
  rf_loan_unref (second);
  check_slots (ring, 1, 0);
}

static void
test_copied (void)
{
  guint8 source[] = { 'a', 'b', 'c' };
  g_autoptr (RfLoan) loan = rf_loan_new_copied (source, 3, 77);
  gsize size;

  memset (source, 0, sizeof source);
  g_assert_cmpmem (rf_loan_get_data (loan, &size), size, "abc", 3);
  g_assert_cmpuint (size, ==, 3);
  g_assert_cmpint (rf_loan_get_slot (loan), ==, -1);
  g_assert_cmpuint (rf_loan_get_offset (loan), ==, 77);
}

static void
test_end (void)
{
  g_autoptr (RfLoan) loan = rf_loan_new_copied (NULL, 0, 1000);
  g_autoptr (GBytes) bytes = rf_loan_dup_bytes (loan);
  gsize size = 1;

  rf_loan_get_data (loan, &size);
  g_assert_cmpuint (size, ==, 0);
  g_assert_cmpuint (rf_loan_get_offset (loan), ==, 1000);
  g_assert_cmpint (rf_loan_get_slot (loan), ==, -1);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
}

static void
test_bytes_keep_the_loan (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  RfLoan *loan = lend (ring, fill_slot (ring, "abcdef"), 6, 0);
  const guint8 *data = rf_loan_get_data (loan, NULL);
  GBytes *bytes = rf_loan_dup_bytes (loan);
  GBytes *part = g_bytes_new_from_bytes (bytes, 2, 2);
  gsize size;

  g_assert_true (g_bytes_get_data (bytes, &size) == data);
  g_assert_cmpuint (size, ==, 6);
  rf_loan_unref (loan);
  g_bytes_unref (bytes);
  check_slots (ring, 0, 1);
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part), "cd", 2);
  g_bytes_unref (part);
  check_slots (ring, 1, 0);
}

static void
test_bytes_of_a_copy (void)
{
  RfLoan *loan = rf_loan_new_copied ((const guint8 *)"abc", 3, 0);
  const guint8 *data = rf_loan_get_data (loan, NULL);
  g_autoptr (GBytes) bytes = rf_loan_dup_bytes (loan);

  rf_loan_unref (loan);
  g_assert_true (g_bytes_get_data (bytes, NULL) == data);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc", 3);
}

/* The reader and everybody else may be gone: what is lent keeps the memory. */
static void
test_outlives_the_ring (void)
{
  RfRingBuffer *ring = new_ring (1);
  RfRingBuffer *alive = ring;
  RfLoan *loan = lend (ring, fill_slot (ring, "abc"), 3, 0);

  g_object_add_weak_pointer (G_OBJECT (ring), (gpointer *)&alive);
  rf_ring_buffer_close (ring);
  g_object_unref (ring);
  g_assert_cmpmem (rf_loan_get_data (loan, NULL), 3, "abc", 3);
  g_assert_nonnull (alive);
  rf_loan_unref (loan);
  g_assert_null (alive);
}

static void
test_boxed (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  g_auto (GValue) value = G_VALUE_INIT;
  RfLoan *loan = lend (ring, fill_slot (ring, "abc"), 3, 0);

  g_value_init (&value, RF_TYPE_LOAN);
  g_value_set_boxed (&value, loan);
  g_assert_true (g_value_get_boxed (&value) == loan);
  rf_loan_unref (loan);
  check_slots (ring, 0, 1);
  g_value_reset (&value);
  check_slots (ring, 1, 0);
}

static gpointer
look_and_unref (gpointer data)
{
  RfLoan *loan = data;
  gsize size;

  for (guint i = 0; i < 1000; i++)
    {
      rf_loan_ref (loan);
      g_assert_cmpmem (rf_loan_get_data (loan, &size), size, "abcdef", 6);
      rf_loan_unref (loan);
    }
  rf_loan_unref (loan);
  return NULL;
}

static void
test_threads_share_a_loan (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (1);
  RfLoan *loan = lend (ring, fill_slot (ring, "abcdef"), 6, 0);
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("loan", look_and_unref, rf_loan_ref (loan));
  rf_loan_unref (loan);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  check_slots (ring, 1, 0);
}

static gpointer
unref_all (gpointer data)
{
  GAsyncQueue *queue = data;
  gpointer loan;

  /* The queue itself stands for the end. */
  while ((loan = g_async_queue_pop (queue)) != queue)
    rf_loan_unref (loan);
  return NULL;
}

/* Loans of a few slots, again and again, each given back on another thread than it was made on. */
static void
test_threads_give_back (void)
{
  g_autoptr (RfRingBuffer) ring = new_ring (2);
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("unref", unref_all, queue);
  for (guint i = 0; i < 1000; i++)
    {
      int slot;

      while ((slot = rf_ring_buffer_reserve (ring, 8)) < 0)
        g_thread_yield ();
      rf_ring_buffer_commit (ring, (guint)slot, 8);
      g_async_queue_push (queue, lend (ring, (guint)slot, 3, 0));
      g_async_queue_push (queue, lend (ring, (guint)slot, 5, 3));
    }
  for (guint i = 0; i < THREADS; i++)
    g_async_queue_push (queue, queue);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  check_slots (ring, 2, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loan/lent", test_lent);
  g_test_add_func ("/loan/last-unref-gives-back", test_last_unref_gives_back);
  g_test_add_func ("/loan/two-loans-of-a-slot", test_two_loans_of_a_slot);
  g_test_add_func ("/loan/copied", test_copied);
  g_test_add_func ("/loan/end", test_end);
  g_test_add_func ("/loan/bytes-keep-the-loan", test_bytes_keep_the_loan);
  g_test_add_func ("/loan/bytes-of-a-copy", test_bytes_of_a_copy);
  g_test_add_func ("/loan/outlives-the-ring", test_outlives_the_ring);
  g_test_add_func ("/loan/boxed", test_boxed);
  g_test_add_func ("/loan/threads-share-a-loan", test_threads_share_a_loan);
  g_test_add_func ("/loan/threads-give-back", test_threads_give_back);
  return g_test_run ();
}
