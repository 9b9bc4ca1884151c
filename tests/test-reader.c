/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole downloads by the library, every byte checked. */

#include <ringfetch.h>

#include "rf-test-content.h"
#include "rf-test-reader.h"
#include "rf-test-server.h"
#include "rf-test-shm.h"

static void
check_download (const RfTestServerConfig *config, const RfTestSettings *settings)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (config);
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server), settings);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_test_reader_check (reader, 0, &error), ==, config->size);
  g_assert_no_error (error);
}

static void
test_sizes (void)
{
  static const guint64 sizes[]
      = { 0, 1, 4095, 4096, 4097, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 10 * MIB + 3 };
  static const RfTestServerMode modes[]
      = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_NO_RANGES, RF_TEST_SERVER_CHUNKED,
          RF_TEST_SERVER_CLOSE_DELIMITED };
  static const RfTestSettings settings[] = { { 0 },
                                             { .workers = 1, .slots = 1, .slot_size = 4096 },
                                             { .workers = 3, .slots = 2, .slot_size = 65536 + 1 },
                                             { .workers = 16, .slots = 5, .slot_size = MIB } };

  for (guint s = 0; s < G_N_ELEMENTS (settings); s++)
    for (guint m = 0; m < G_N_ELEMENTS (modes); m++)
      for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
        check_download (&(RfTestServerConfig){ .size = sizes[i], .version = 1, .mode = modes[m] },
                        &settings[s]);
}

/* A sanitizer takes ten times as long for each byte. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LARGE (64 * MIB + 3)
#else
#define LARGE (1024 * MIB + 3)
#endif

static void
test_large (void)
{
  const RfTestServerConfig config = { .size = LARGE, .version = 1, .latency_ms = 5 };

  check_download (&config, &(RfTestSettings){ .workers = 8 });
  check_download (&config, &(RfTestSettings){ .workers = 8, .slots = 12, .slot_size = 3000017 });
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static double
measure_rate (RfTestServer *server, guint workers, guint64 size)
{
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server),
                                                    &(RfTestSettings){ .workers = workers });
  gint64 began = g_get_monotonic_time ();

  g_assert_true (rf_reader_seek (reader, 0, size, NULL));
  g_assert_cmpuint (rf_test_reader_check (reader, 0, NULL), ==, size);
  return (double)size / (double)(g_get_monotonic_time () - began);
}

/* Eight connections, each held to 20 MiB/s by the server, bring together what eight can. */
static void
test_workers_add_up (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 1024 * MIB, .version = 1, .latency_ms = 5, .rate = 20 * MIB });
  double one = measure_rate (server, 1, 32 * MIB);
  double eight = measure_rate (server, 8, 256 * MIB);

  g_test_message ("1 worker: %.1f MB/s, 8 workers: %.1f MB/s", one, eight);
  g_assert_cmpfloat (eight / one, >=, 6.5);
}
#endif

static void
test_seeks (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 8 * MIB, .version = 1 });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server),
                            &(RfTestSettings){ .workers = 4, .slots = 4, .slot_size = 256 * 1024 });
  g_autoptr (GRand) random = g_rand_new_with_seed (42);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 200; i++)
    {
      guint64 start = (guint64)g_rand_int_range (random, 0, 8 << 20);
      guint64 stop = start + (guint64)g_rand_int_range (random, 0, 300000);

      g_assert_true (rf_reader_seek (reader, start, stop, &error));
      if (i % 3 == 0)
        continue;
      g_assert_cmpuint (rf_test_reader_check (reader, start, &error), ==, MIN (stop, 8 * MIB));
      g_assert_no_error (error);
    }
  g_assert_true (rf_reader_seek (reader, 9 * MIB, RF_SIZE_UNKNOWN, &error));
  g_assert_cmpuint (rf_test_reader_check (reader, 9 * MIB, &error), ==, 9 * MIB);
  g_assert_no_error (error);
}

static void
test_faults (void)
{
  check_download (
      &(RfTestServerConfig){ .size = 16 * MIB,
                             .version = 1,
                             .fail_every = 7,
                             .drop_every = 5,
                             .cut_after = 100000,
                             .cut_every = 3 },
      &(RfTestSettings){ .workers = 4, .slots = 8, .slot_size = 512 * 1024, .retries = -1 });
}

static void
test_permanent_error (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 1, .mode = RF_TEST_SERVER_STATUS, .status = 404 });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (GError) error = NULL;

  g_assert_false (rf_reader_open (reader, NULL, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_FOUND);
  g_assert_cmpuint (rf_reader_get_error_status (reader), ==, 404);
}

static void
test_hold_everything (void)
{
  for (guint slots = 1; slots <= 4; slots++)
    {
      g_autoptr (RfTestServer) server
          = rf_test_server_new (&(RfTestServerConfig){ .size = 4 * MIB, .version = 1 });
      g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify)rf_loan_unref);
      RfReader *reader = rf_test_reader_new (
          rf_test_server_get_uri (server),
          &(RfTestSettings){ .workers = 4, .slots = slots, .slot_size = 65536 });
      g_autoptr (GError) error = NULL;
      guint64 position = 0;
      gsize size;

      do
        {
          RfLoan *loan = rf_reader_read (reader, G_MAXSSIZE, NULL, &error);

          g_assert_no_error (error);
          rf_loan_get_data (loan, &size);
          g_ptr_array_add (held, loan);
        }
      while (size > 0);
      rf_reader_close (reader);
      g_object_unref (reader);

      for (guint i = 0; i < held->len; i++)
        {
          const guint8 *data = rf_loan_get_data (held->pdata[i], &size);

          g_assert_true (rf_test_content_check (1, data, position, size, NULL));
          position += size;
        }
      g_assert_cmpuint (position, ==, 4 * MIB);
    }
}

static gpointer
close_reader (gpointer reader)
{
  rf_reader_close (reader);
  return NULL;
}

static void
test_close_while_reading (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = MIB, .version = 1, .latency_ms = 60000 });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("close", close_reader, reader);

  g_assert_null (rf_reader_read (reader, 1, NULL, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_CLOSED);
  g_thread_join (thread);
}

static void
test_read_all (void)
{
  static const RfTestServerMode modes[] = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_CHUNKED };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = 9 * MIB + 1, .version = 1, .mode = modes[i] });
      g_autoptr (RfReader) reader
          = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
      g_autoptr (GError) error = NULL;
      g_autoptr (RfParallelBuffer) all = rf_reader_read_all (reader, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (rf_parallel_buffer_get_size (all), ==, 9 * MIB + 1);
      g_assert_true (
          rf_test_content_check (1, rf_parallel_buffer_get_data (all), 0, 9 * MIB + 1, NULL));
    }
}

/* The name goes with the reader, whatever is still lent. */
static void
test_named_ring (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_autofree char *name = rf_test_shm_new_name ("reader");
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ .shm_name = name });
  g_autoptr (RfLoan) loan = rf_reader_read (reader, 100, NULL, NULL);

  g_assert_true (rf_test_shm_is_there (name));
  rf_reader_close (reader);
  g_assert_false (rf_test_shm_is_there (name));
  g_assert_true (rf_test_content_check (1, rf_loan_get_data (loan, NULL), 0, 100, NULL));
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Each wait ends at once, and the reader goes on as if it had not been asked. */
static void
test_cancel (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .latency_ms = 60000 });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  gint64 began = g_get_monotonic_time ();

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      GThread *thread = g_thread_new ("cancel", cancel, cancellable);

      if (i % 2 == 0)
        g_assert_false (rf_reader_open (reader, cancellable, &error));
      else
        g_assert_null (rf_reader_read (reader, 1, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_thread_join (thread);
    }
  /* Far below the latency, far above what a busy machine needs. */
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);

  rf_test_server_set_config (server, &(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_assert_true (rf_reader_seek (reader, 1, RF_SIZE_UNKNOWN, NULL));
  g_assert_cmpuint (rf_test_reader_check (reader, 1, NULL), ==, MIB);
}

static void
store_result (GObject *reader, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **to = user_data;

  *to = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (result);
}

static void
test_async (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 3 * MIB + 1, .version = 1 });
  g_autoptr (RfReader) reader = rf_test_reader_new (rf_test_server_get_uri (server),
                                                    &(RfTestSettings){ .slot_size = 65536 });
  g_autoptr (RfReader) second
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (RfParallelBuffer) all = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *stored = NULL;
  guint64 position = 0;
  gsize size;

  rf_reader_open_async (reader, NULL, store_result, &stored);
  {
    g_autoptr (GAsyncResult) result = wait_for_result (&stored);

    g_assert_true (rf_reader_open_finish (reader, result, &error));
    g_assert_no_error (error);
  }
  do
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (RfLoan) loan = NULL;
      const guint8 *data;

      rf_reader_read_async (reader, G_MAXSSIZE, NULL, store_result, &stored);
      result = wait_for_result (&stored);
      loan = rf_reader_read_finish (reader, result, &error);
      g_assert_no_error (error);
      data = rf_loan_get_data (loan, &size);
      g_assert_true (rf_test_content_check (1, data, position, size, NULL));
      position += size;
    }
  while (size > 0);
  g_assert_cmpuint (position, ==, 3 * MIB + 1);

  rf_reader_read_all_async (second, NULL, NULL, store_result, &stored);
  {
    g_autoptr (GAsyncResult) result = wait_for_result (&stored);

    all = rf_reader_read_all_finish (second, result, &error);
    g_assert_no_error (error);
  }
  g_assert_cmpuint (rf_parallel_buffer_get_size (all), ==, 3 * MIB + 1);
}

static void
test_async_error (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 1, .mode = RF_TEST_SERVER_STATUS, .status = 403 });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *stored = NULL;

  rf_reader_read_async (reader, 1, NULL, store_result, &stored);
  result = wait_for_result (&stored);
  g_assert_null (rf_reader_read_finish (reader, result, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NOT_AUTHORIZED);
}

/* Who waits for a dead server does not hold up anybody else. */
static void
test_async_beside_dead_servers (void)
{
  g_autoptr (RfTestServer) dead
      = rf_test_server_new (&(RfTestServerConfig){ .size = 1, .latency_ms = 600000 });
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 100, .version = 1 });
  g_autoptr (RfReader) reader
      = rf_test_reader_new (rf_test_server_get_uri (server), &(RfTestSettings){ 0 });
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (RfLoan) loan = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *stored[40] = { NULL };
  GAsyncResult *good = NULL;
  gint64 began;

  for (guint i = 0; i < G_N_ELEMENTS (stored); i++)
    {
      g_autoptr (RfReader) waiting
          = rf_test_reader_new (rf_test_server_get_uri (dead),
                                &(RfTestSettings){ .workers = 1, .slots = 1, .slot_size = 4096 });

      rf_reader_read_async (waiting, 1, cancellable, store_result, &stored[i]);
    }
  began = g_get_monotonic_time ();
  rf_reader_read_async (reader, 100, NULL, store_result, &good);
  result = wait_for_result (&good);
  loan = rf_reader_read_finish (reader, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_USEC_PER_SEC);

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (stored); i++)
    g_object_unref (wait_for_result (&stored[i]));
}

static guint
count_threads (const char *name)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint count = 0;

  while ((task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *comm = NULL;

      if (g_file_get_contents (path, &comm, NULL, NULL) && g_str_has_prefix (comm, name))
        count++;
    }
  return count;
}

static gpointer
read_it_all (gpointer reader)
{
  g_autoptr (GError) error = NULL;
  guint64 count = rf_test_reader_check (reader, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (count, ==, MIB + 1);
  return NULL;
}

/* Twenty readers have no more I/O threads than one. */
static void
test_many_readers (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB + 1, .version = 1 });
  RfReader *readers[20];
  GThread *threads[G_N_ELEMENTS (readers)];
  guint io_threads;

  readers[0] = rf_test_reader_new (rf_test_server_get_uri (server),
                                   &(RfTestSettings){ .slot_size = 65536 });
  io_threads = count_threads ("ringfetch-");
  g_assert_cmpuint (io_threads, >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      if (i > 0)
        readers[i] = rf_test_reader_new (
            rf_test_server_get_uri (server),
            &(RfTestSettings){ .workers = 2, .slots = 4, .slot_size = 65536 });
      threads[i] = g_thread_new ("consumer", read_it_all, readers[i]);
    }
  /* Those of sessions before may still be ending. */
  g_assert_cmpuint (count_threads ("ringfetch-"), <=, io_threads);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_thread_join (threads[i]);
      g_object_unref (readers[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader/sizes", test_sizes);
  g_test_add_func ("/reader/large", test_large);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  g_test_add_func ("/reader/workers-add-up", test_workers_add_up);
#endif
  g_test_add_func ("/reader/named-ring", test_named_ring);
  g_test_add_func ("/reader/seeks", test_seeks);
  g_test_add_func ("/reader/faults", test_faults);
  g_test_add_func ("/reader/permanent-error", test_permanent_error);
  g_test_add_func ("/reader/hold-everything", test_hold_everything);
  g_test_add_func ("/reader/close-while-reading", test_close_while_reading);
  g_test_add_func ("/reader/read-all", test_read_all);
  g_test_add_func ("/reader/cancel", test_cancel);
  g_test_add_func ("/reader/async", test_async);
  g_test_add_func ("/reader/async-error", test_async_error);
  g_test_add_func ("/reader/async-beside-dead-servers", test_async_beside_dead_servers);
  g_test_add_func ("/reader/many-readers", test_many_readers);
  return g_test_run ();
}
