/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-shm.h"

#include <unistd.h>

char *
rf_test_shm_new_name (const char *purpose)
{
  return g_strdup_printf ("rf-test-%d-%s", (int)getpid (), purpose);
}

gboolean
rf_test_shm_is_there (const char *name)
{
  g_autofree char *path = g_build_filename ("/dev/shm", name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

void
rf_test_shm_check_nothing_is_left (void)
{
  g_autofree char *prefix = rf_test_shm_new_name ("");
  g_autoptr (GDir) dir = g_dir_open ("/dev/shm", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix))
      g_error ("\"%s\" was left behind", name);
}
