/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shared memory: promised or reserved, sealed, found by its name, and gone afterwards. */

#include "rf-shm-private.h"

#include "rf-error.h"
#include "rf-test-shm.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static RfShm *
new_shm (const char *name, gsize size)
{
  g_autoptr (GError) error = NULL;
  RfShm *shm = rf_shm_new (name, size, &error);

  g_assert_no_error (error);
  g_assert_nonnull (shm);
  return shm;
}

static void
check_zero (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    g_assert_cmpint (data[i], ==, 0);
}

/* Every page is there before it has been touched. */
static void
check_reserved (const RfShm *shm)
{
  struct stat info;

  g_assert_cmpint (fstat (rf_shm_get_fd (shm), &info), ==, 0);
  g_assert_cmpint (info.st_size, >=, (goffset)rf_shm_get_size (shm));
  g_assert_cmpint (info.st_blocks * 512, >=, (goffset)rf_shm_get_size (shm));
}

/* None is. */
static void
check_untouched (const RfShm *shm)
{
  struct stat info;

  g_assert_cmpint (fstat (rf_shm_get_fd (shm), &info), ==, 0);
  g_assert_cmpint (info.st_size, >=, (goffset)rf_shm_get_size (shm));
  g_assert_cmpint (info.st_blocks, ==, 0);
}

static void
test_anonymous (void)
{
  g_autoptr (RfShm) shm = new_shm (NULL, 100001);
  guint8 *other;

  g_assert_null (rf_shm_get_name (shm));
  g_assert_cmpuint (rf_shm_get_size (shm), ==, 100001);
  check_untouched (shm);
  check_zero (rf_shm_get_data (shm), 100001);

  memcpy (rf_shm_get_data (shm), "abc", 3);
  other = mmap (NULL, 100001, PROT_READ, MAP_SHARED, rf_shm_get_fd (shm), 0);
  g_assert_true (other != MAP_FAILED);
  g_assert_cmpmem (other, 3, "abc", 3);
  munmap (other, 100001);
}

static void
test_named (void)
{
  g_autofree char *name = rf_test_shm_new_name ("named");
  g_autofree char *with_slash = g_strconcat ("/", name, NULL);
  g_autoptr (RfShm) other = NULL;
  g_autoptr (GError) error = NULL;
  RfShm *shm = new_shm (with_slash, 5000);

  g_assert_cmpstr (rf_shm_get_name (shm), ==, name);
  g_assert_true (rf_test_shm_is_there (name));
  check_reserved (shm);
  check_zero (rf_shm_get_data (shm), 5000);

  other = rf_shm_attach (name, 5000, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rf_shm_get_name (other), ==, name);
  g_assert_true (rf_shm_get_data (other) != rf_shm_get_data (shm));
  ((char *)rf_shm_get_data (other))[4999] = 'x';
  g_assert_cmpint (((char *)rf_shm_get_data (shm))[4999], ==, 'x');

  rf_shm_free (shm);
  g_assert_false (rf_test_shm_is_there (name));
  g_assert_cmpint (((char *)rf_shm_get_data (other))[4999], ==, 'x');
}

static void
test_across_processes (void)
{
  g_autofree char *name = rf_test_shm_new_name ("fork");
  g_autoptr (RfShm) shm = new_shm (name, 4096);
  int status;
  pid_t child = fork ();

  if (child == 0)
    {
      RfShm *other = rf_shm_attach (name, 4096, NULL);

      if (other == NULL)
        _exit (1);
      memcpy (rf_shm_get_data (other), "child", 5);
      rf_shm_free (other);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpmem (rf_shm_get_data (shm), 5, "child", 5);
  g_assert_true (rf_test_shm_is_there (name));
}

static void
test_who_attaches_removes_nothing (void)
{
  g_autofree char *name = rf_test_shm_new_name ("attach");
  g_autoptr (RfShm) shm = new_shm (name, 10);
  RfShm *other = rf_shm_attach (name, 10, NULL);

  g_assert_nonnull (other);
  rf_shm_unlink (other);
  g_assert_true (rf_test_shm_is_there (name));
  rf_shm_free (other);
  g_assert_true (rf_test_shm_is_there (name));
  check_zero (rf_shm_get_data (shm), 10);
}

static void
check_attach_fails (const char *name, gsize size, RfError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rf_shm_attach (name, size, &error));
  g_assert_error (error, RF_ERROR, (int)code);
}

static void
test_attach_fails (void)
{
  g_autofree char *name = rf_test_shm_new_name ("size");
  g_autoptr (RfShm) shm = new_shm (name, 5000);

  check_attach_fails (name, 4999, RF_ERROR_INVALID_ARGUMENT);
  check_attach_fails (name, 5001, RF_ERROR_INVALID_ARGUMENT);
  check_attach_fails (name, 0, RF_ERROR_INVALID_ARGUMENT);
  check_attach_fails (name, G_MAXSIZE, RF_ERROR_INVALID_ARGUMENT);
  check_attach_fails ("a/b", 5000, RF_ERROR_INVALID_ARGUMENT);
  check_attach_fails ("", 5000, RF_ERROR_INVALID_ARGUMENT);
  g_assert_true (rf_test_shm_is_there (name));

  rf_shm_unlink (shm);
  check_attach_fails (name, 5000, RF_ERROR_NOT_FOUND);
}

static void
test_unlink (void)
{
  g_autofree char *name = rf_test_shm_new_name ("unlink");
  g_autoptr (RfShm) second = NULL;
  RfShm *first = new_shm (name, 10);

  memcpy (rf_shm_get_data (first), "first", 5);
  rf_shm_unlink (first);
  g_assert_false (rf_test_shm_is_there (name));
  g_assert_cmpmem (rf_shm_get_data (first), 5, "first", 5);

  /* The name is free again, and whoever has it now keeps it. */
  second = new_shm (name, 20);
  check_zero (rf_shm_get_data (second), 20);
  rf_shm_unlink (first);
  rf_shm_free (first);
  g_assert_true (rf_test_shm_is_there (name));
}

/* A forked child may let go of its copy: the name is its parent's. */
static void
test_forked_child_removes_nothing (void)
{
  g_autofree char *name = rf_test_shm_new_name ("fork");
  g_autoptr (RfShm) shm = rf_shm_new (name, 1, NULL);
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      rf_shm_free (shm);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (rf_test_shm_is_there (name));
}

static void
test_unlink_anonymous (void)
{
  g_autoptr (RfShm) shm = new_shm (NULL, 10);

  rf_shm_unlink (shm);
  rf_shm_unlink (shm);
  memset (rf_shm_get_data (shm), 1, 10);
}

static void
test_name_exists (void)
{
  g_autofree char *name = rf_test_shm_new_name ("exists");
  g_autoptr (RfShm) shm = new_shm (name, 5000);
  g_autoptr (GError) error = NULL;

  memset (rf_shm_get_data (shm), 'x', 5000);
  g_assert_null (rf_shm_new (name, 10, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, name));

  g_assert_true (rf_test_shm_is_there (name));
  check_reserved (shm);
  for (guint i = 0; i < 5000; i++)
    g_assert_cmpint (((char *)rf_shm_get_data (shm))[i], ==, 'x');
}

static void
check_no_name (const char *name)
{
  g_autoptr (GError) error = NULL;

  if (rf_shm_new (name, 10, &error) != NULL)
    g_error ("accepted \"%s\"", name);
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
}

static void
test_invalid_names (void)
{
  static const char *const names[]
      = { "", "/", "//", ".", "..", "/.", "/..", "a/b", "//a", "a/", "/a/", "../a", "/../tmp/a" };
  char longest[NAME_MAX + 3];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    check_no_name (names[i]);

  memset (longest, 'a', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  check_no_name (longest);
}

static void
test_too_large (void)
{
  static const gsize sizes[] = { (gsize)1 << 50, G_MAXSSIZE, G_MAXSIZE };
  g_autofree char *name = rf_test_shm_new_name ("large");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint named = 0; named < 2; named++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_null (rf_shm_new (named ? name : NULL, sizes[i], &error));
        g_assert_error (error, RF_ERROR, RF_ERROR_NO_SPACE);
        g_assert_false (rf_test_shm_is_there (name));
      }
}

static void
test_empty (void)
{
  g_autofree char *name = rf_test_shm_new_name ("empty");
  g_autoptr (RfShm) anonymous = new_shm (NULL, 0);
  g_autoptr (RfShm) named = new_shm (name, 0);
  g_autoptr (RfShm) other = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (rf_shm_get_size (anonymous), ==, 0);
  g_assert_cmpuint (rf_shm_get_size (named), ==, 0);
  g_assert_true (rf_test_shm_is_there (name));
  other = rf_shm_attach (name, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rf_shm_get_size (other), ==, 0);
}

static void
test_grow (void)
{
  g_autoptr (RfShm) shm = new_shm (NULL, 5000);
  g_autoptr (GError) error = NULL;
  struct stat info;
  guint8 *data;

  memset (rf_shm_get_data (shm), 'x', 5000);
  g_assert_true (rf_shm_grow (shm, 3000000, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rf_shm_get_size (shm), ==, 3000000);
  g_assert_cmpint (fstat (rf_shm_get_fd (shm), &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 3000000);
  data = rf_shm_get_data (shm);
  for (guint i = 0; i < 5000; i++)
    g_assert_cmpint (data[i], ==, 'x');
  check_zero (data + 5000, 3000000 - 5000);
}

static void
test_grow_from_nothing (void)
{
  g_autoptr (RfShm) shm = new_shm (NULL, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_shm_grow (shm, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rf_shm_get_size (shm), ==, 1);
  ((char *)rf_shm_get_data (shm))[0] = 'x';
  g_assert_true (rf_shm_grow (shm, 10000, &error));
  g_assert_cmpint (((char *)rf_shm_get_data (shm))[0], ==, 'x');
}

static void
check_grow_fails (RfShm *shm, gsize size, int code)
{
  gsize before = rf_shm_get_size (shm);
  gpointer data = rf_shm_get_data (shm);
  g_autoptr (GError) error = NULL;

  g_assert_false (rf_shm_grow (shm, size, &error));
  g_assert_error (error, RF_ERROR, code);
  g_assert_cmpuint (rf_shm_get_size (shm), ==, before);
  g_assert_true (rf_shm_get_data (shm) == data);
  g_assert_cmpmem (data, 3, "abc", 3);
  memcpy (data, "abc", 3);
}

static void
test_grow_fails (void)
{
  g_autoptr (RfShm) shm = new_shm (NULL, 4096);

  memcpy (rf_shm_get_data (shm), "abc", 3);
  check_grow_fails (shm, (gsize)1 << 50, RF_ERROR_NO_SPACE);
  check_grow_fails (shm, G_MAXSIZE, RF_ERROR_NO_SPACE);
  g_assert_true (rf_shm_grow (shm, 8192, NULL));
}

static void
test_seal (void)
{
  g_autoptr (RfShm) shm = new_shm (NULL, 8192);
  g_autoptr (GError) error = NULL;
  int fd = rf_shm_get_fd (shm);
  gpointer other;

  g_assert_true (rf_shm_seal (shm, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ftruncate (fd, 4096), ==, -1);
  g_assert_cmpint (ftruncate (fd, 16384), ==, -1);
  g_assert_cmpint (pwrite (fd, "x", 1, 0), ==, -1);
  g_assert_true (mmap (NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);

  memcpy (rf_shm_get_data (shm), "abc", 3);
  other = mmap (NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
  g_assert_true (other != MAP_FAILED);
  g_assert_cmpmem (other, 3, "abc", 3);
  munmap (other, 8192);
}

static void
test_seal_named (void)
{
  g_autofree char *name = rf_test_shm_new_name ("seal");
  g_autoptr (RfShm) shm = new_shm (name, 4096);
  g_autoptr (RfShm) other = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (rf_shm_seal (shm, &error));
  g_assert_no_error (error);
  other = rf_shm_attach (name, 4096, &error);
  g_assert_no_error (error);
  memcpy (rf_shm_get_data (other), "abc", 3);
  g_assert_cmpmem (rf_shm_get_data (shm), 3, "abc", 3);
}

/* How many descriptors and mappings of files this process has. */
static void
count_resources (guint *fds, guint *mappings)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autofree char *prefix = rf_test_shm_new_name ("");
  g_autofree char *maps = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  *fds = 0;
  while (g_dir_read_name (dir) != NULL)
    (*fds)++;
  *mappings = 0;
  for (const char *line = maps; (line = strstr (line, prefix)) != NULL; line++)
    (*mappings)++;
  for (const char *line = maps; (line = strstr (line, "memfd:")) != NULL; line++)
    (*mappings)++;
}

static void
test_nothing_is_kept (void)
{
  g_autofree char *name = rf_test_shm_new_name ("kept");
  guint fds, fds_after, mappings, mappings_after;

  count_resources (&fds, &mappings);
  g_assert_cmpuint (mappings, ==, 0);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (RfShm) anonymous = new_shm (NULL, 4096);
      g_autoptr (RfShm) named = new_shm (name, 4096);
      g_autoptr (RfShm) attached = rf_shm_attach (name, 4096, NULL);

      g_assert_true (rf_shm_get_data (named) != rf_shm_get_data (attached));
      g_assert_true (rf_shm_grow (anonymous, 10000, NULL));
      g_assert_null (rf_shm_new (name, 4096, NULL));
      g_assert_null (rf_shm_attach (name, 4097, NULL));
      g_assert_null (rf_shm_new (NULL, G_MAXSIZE, NULL));
      count_resources (&fds_after, &mappings_after);
      g_assert_cmpuint (fds_after, ==, fds + 3);
      g_assert_cmpuint (mappings_after, ==, 3);
    }
  count_resources (&fds_after, &mappings_after);
  g_assert_cmpuint (fds_after, ==, fds);
  g_assert_cmpuint (mappings_after, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shm/anonymous", test_anonymous);
  g_test_add_func ("/shm/named", test_named);
  g_test_add_func ("/shm/across-processes", test_across_processes);
  g_test_add_func ("/shm/who-attaches-removes-nothing", test_who_attaches_removes_nothing);
  g_test_add_func ("/shm/attach-fails", test_attach_fails);
  g_test_add_func ("/shm/unlink", test_unlink);
  g_test_add_func ("/shm/forked-child-removes-nothing", test_forked_child_removes_nothing);
  g_test_add_func ("/shm/unlink-anonymous", test_unlink_anonymous);
  g_test_add_func ("/shm/name-exists", test_name_exists);
  g_test_add_func ("/shm/invalid-names", test_invalid_names);
  g_test_add_func ("/shm/too-large", test_too_large);
  g_test_add_func ("/shm/empty", test_empty);
  g_test_add_func ("/shm/grow", test_grow);
  g_test_add_func ("/shm/grow-from-nothing", test_grow_from_nothing);
  g_test_add_func ("/shm/grow-fails", test_grow_fails);
  g_test_add_func ("/shm/seal", test_seal);
  g_test_add_func ("/shm/seal-named", test_seal_named);
  g_test_add_func ("/shm/nothing-is-kept", test_nothing_is_kept);
  g_test_add_func ("/shm/nothing-is-left", rf_test_shm_check_nothing_is_left);
  return g_test_run ();
}
