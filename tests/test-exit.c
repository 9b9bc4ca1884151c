/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Begins to read, and ends: see test-exit.sh.
 *
 * Usage: test-exit URI MICROSECONDS keep|drop MICROSECONDS */

#include <ringfetch.h>

#include <stdlib.h>

int
main (int argc, char **argv)
{
  RfSession *session = rf_session_new (NULL);
  RfReader *reader = NULL;

  if (argc == 5)
    reader = rf_reader_new (session, argv[1], NULL, NULL, NULL);
  if (reader == NULL || !rf_reader_seek (reader, 0, RF_SIZE_UNKNOWN, NULL))
    return EXIT_FAILURE;
  g_usleep (strtoul (argv[2], NULL, 10));
  if (g_str_equal (argv[3], "drop"))
    {
      g_object_unref (reader);
      g_object_unref (session);
    }
  g_usleep (strtoul (argv[4], NULL, 10));
  return EXIT_SUCCESS;
}
