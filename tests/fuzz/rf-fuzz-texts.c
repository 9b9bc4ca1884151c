/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A NUL separates the texts of an input that has several: it is the one character that none can have, and a
 * line break is what they are to be tried with. */

#include "rf-fuzz.h"

#include <string.h>

char **
rf_fuzz_split (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  const char *text = (const char *)data;
  gsize left = size;

  while (left > 0)
    {
      const char *end = memchr (text, '\0', left);
      gsize length = end != NULL ? (gsize)(end - text) : left;

      g_ptr_array_add (texts, g_strndup (text, length));
      length += end != NULL ? 1 : 0;
      text += length;
      left -= length;
    }
  g_ptr_array_add (texts, NULL);
  return (char **)g_ptr_array_steal (texts, NULL);
}
