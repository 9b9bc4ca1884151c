/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A whole object in shared memory: its bytes, its name, and that both go with it. */

#include <ringfetch.h>

#include "rf-parallel-buffer-private.h"
#include "rf-test-shm.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static RfParallelBuffer *
new_buffer (const char *name, gsize size)
{
  g_autoptr (GError) error = NULL;
  RfParallelBuffer *buffer = rf_parallel_buffer_new (name, size, &error);

  g_assert_no_error (error);
  g_assert_true (RF_IS_PARALLEL_BUFFER (buffer));
  return buffer;
}

static void
test_data (void)
{
  g_autoptr (RfParallelBuffer) buffer = new_buffer (NULL, 100001);
  guint8 *data = rf_parallel_buffer_get_data (buffer);

  g_assert_cmpuint (rf_parallel_buffer_get_size (buffer), ==, 100001);
  g_assert_null (rf_parallel_buffer_get_name (buffer));
  for (guint i = 0; i < 100001; i++)
    g_assert_cmpint (data[i], ==, 0);
  memset (data, 'x', 100001);
  g_assert_true (rf_parallel_buffer_get_data (buffer) == data);
  g_assert_cmpint (data[100000], ==, 'x');
}

static void
test_name (void)
{
  g_autofree char *name = rf_test_shm_new_name ("name");
  g_autofree char *with_slash = g_strconcat ("/", name, NULL);
  g_autoptr (RfParallelBuffer) buffer = new_buffer (with_slash, 10000);
  g_autofree char *path = g_build_filename ("/dev/shm", name, NULL);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_cmpstr (rf_parallel_buffer_get_name (buffer), ==, name);
  memcpy (rf_parallel_buffer_get_data (buffer) + 9997, "end", 3);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint (length, ==, 10000);
  g_assert_cmpstr (contents + 9997, ==, "end");
}

static void
test_bytes_are_a_copy (void)
{
  g_autoptr (RfParallelBuffer) buffer = new_buffer (NULL, 3);
  g_autoptr (GBytes) bytes = NULL;

  memcpy (rf_parallel_buffer_get_data (buffer), "abc", 3);
  bytes = rf_parallel_buffer_to_bytes (buffer);
  memcpy (rf_parallel_buffer_get_data (buffer), "xyz", 3);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc", 3);
  g_clear_object (&buffer);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc", 3);
}

static void
test_close (void)
{
  g_autofree char *name = rf_test_shm_new_name ("close");
  g_autoptr (RfParallelBuffer) buffer = new_buffer (name, 3);

  g_assert_true (rf_test_shm_is_there (name));
  for (guint i = 0; i < 2; i++)
    {
      rf_parallel_buffer_close (buffer);
      g_assert_false (rf_test_shm_is_there (name));
      g_assert_null (rf_parallel_buffer_get_data (buffer));
      g_assert_null (rf_parallel_buffer_get_name (buffer));
      g_assert_null (rf_parallel_buffer_to_bytes (buffer));
      g_assert_cmpuint (rf_parallel_buffer_get_size (buffer), ==, 0);
    }
}

/* Closing once more, or the last unref, does not take the name from who has it now. */
static void
test_close_takes_its_own_name_only (void)
{
  g_autofree char *name = rf_test_shm_new_name ("again");
  g_autoptr (RfParallelBuffer) second = NULL;
  RfParallelBuffer *first = new_buffer (name, 3);

  rf_parallel_buffer_close (first);
  second = new_buffer (name, 4);
  rf_parallel_buffer_close (first);
  g_object_unref (first);
  g_assert_true (rf_test_shm_is_there (name));
}

static void
test_unref_closes (void)
{
  g_autofree char *name = rf_test_shm_new_name ("unref");
  RfParallelBuffer *buffer = new_buffer (name, 3);

  g_object_ref (buffer);
  g_object_unref (buffer);
  g_assert_true (rf_test_shm_is_there (name));
  g_object_unref (buffer);
  g_assert_false (rf_test_shm_is_there (name));
}

static void
check_empty (RfParallelBuffer *buffer)
{
  g_autoptr (GBytes) bytes = rf_parallel_buffer_to_bytes (buffer);

  g_assert_nonnull (bytes);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
  g_assert_cmpuint (rf_parallel_buffer_get_size (buffer), ==, 0);
  g_assert_nonnull (rf_parallel_buffer_get_data (buffer));
}

static void
test_empty (void)
{
  g_autofree char *name = rf_test_shm_new_name ("empty");
  g_autoptr (RfParallelBuffer) anonymous = new_buffer (NULL, 0);
  g_autoptr (RfParallelBuffer) named = new_buffer (name, 0);

  check_empty (anonymous);
  check_empty (named);
  g_assert_cmpstr (rf_parallel_buffer_get_name (named), ==, name);
  g_assert_true (rf_test_shm_is_there (name));
  rf_parallel_buffer_close (named);
  g_assert_false (rf_test_shm_is_there (name));
  g_assert_null (rf_parallel_buffer_to_bytes (named));
}

/* The other one may be of somebody who has never heard of RingFetch. */
static void
test_name_exists (void)
{
  g_autofree char *name = rf_test_shm_new_name ("exists");
  g_autofree char *path = g_build_filename ("/dev/shm", name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  struct stat before, after;
  gsize length;

  g_assert_true (
      g_file_set_contents_full (path, "theirs", 6, G_FILE_SET_CONTENTS_NONE, 0640, NULL));
  g_assert_cmpint (stat (path, &before), ==, 0);
  g_assert_null (rf_parallel_buffer_new (name, 1000, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, name));

  g_assert_cmpint (stat (path, &after), ==, 0);
  g_assert_cmpint (after.st_ino, ==, before.st_ino);
  g_assert_cmpint (after.st_mode, ==, before.st_mode);
  g_assert_cmpint (after.st_mtim.tv_nsec, ==, before.st_mtim.tv_nsec);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpmem (contents, length, "theirs", 6);
  g_assert_cmpint (unlink (path), ==, 0);
}

static void
test_invalid_names (void)
{
  static const char *const names[]
      = { "", "/", "//", ".", "..", "/.", "/..", "a/b", "//a", "a/", "../a", "/dev/shm/a" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      if (rf_parallel_buffer_new (names[i], 10, &error) != NULL)
        g_error ("accepted \"%s\"", names[i]);
      g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_too_large (void)
{
  static const gsize sizes[] = { (gsize)1 << 50, G_MAXSSIZE, (gsize)G_MAXSSIZE + 1, G_MAXSIZE };
  g_autofree char *name = rf_test_shm_new_name ("large");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rf_parallel_buffer_new (name, sizes[i], &error));
      g_assert_error (error, RF_ERROR, RF_ERROR_NO_SPACE);
      g_assert_false (rf_test_shm_is_there (name));
    }
}

static void
test_grows_step_by_step (void)
{
  g_autoptr (RfParallelBuffer) buffer = new_buffer (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *data;

  for (guint size = 1; size <= 20000; size++)
    {
      g_assert_true (rf_parallel_buffer_set_size (buffer, size, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (rf_parallel_buffer_get_size (buffer), ==, size);
      rf_parallel_buffer_get_data (buffer)[size - 1] = (guint8)(size % 251);
    }
  g_assert_true (rf_parallel_buffer_set_size (buffer, 15000, &error));
  bytes = rf_parallel_buffer_to_bytes (buffer);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 15000);
  data = g_bytes_get_data (bytes, NULL);
  for (guint size = 1; size <= 15000; size++)
    g_assert_cmpint (data[size - 1], ==, size % 251);
}

static void
test_cannot_grow (void)
{
  g_autoptr (RfParallelBuffer) buffer = new_buffer (NULL, 3);
  g_autoptr (GError) error = NULL;

  memcpy (rf_parallel_buffer_get_data (buffer), "abc", 3);
  g_assert_false (rf_parallel_buffer_set_size (buffer, (gsize)1 << 50, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_NO_SPACE);
  g_assert_cmpuint (rf_parallel_buffer_get_size (buffer), ==, 3);
  g_assert_cmpmem (rf_parallel_buffer_get_data (buffer), 3, "abc", 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parallel-buffer/data", test_data);
  g_test_add_func ("/parallel-buffer/name", test_name);
  g_test_add_func ("/parallel-buffer/bytes-are-a-copy", test_bytes_are_a_copy);
  g_test_add_func ("/parallel-buffer/close", test_close);
  g_test_add_func ("/parallel-buffer/close-takes-its-own-name-only",
                   test_close_takes_its_own_name_only);
  g_test_add_func ("/parallel-buffer/unref-closes", test_unref_closes);
  g_test_add_func ("/parallel-buffer/empty", test_empty);
  g_test_add_func ("/parallel-buffer/name-exists", test_name_exists);
  g_test_add_func ("/parallel-buffer/invalid-names", test_invalid_names);
  g_test_add_func ("/parallel-buffer/too-large", test_too_large);
  g_test_add_func ("/parallel-buffer/grows-step-by-step", test_grows_step_by_step);
  g_test_add_func ("/parallel-buffer/cannot-grow", test_cannot_grow);
  g_test_add_func ("/parallel-buffer/nothing-is-left", rf_test_shm_check_nothing_is_left);
  return g_test_run ();
}
