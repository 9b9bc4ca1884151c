/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library takes lines. What a value is as text is for GStreamer to say; whether a line may be sent,
 * for the library. */

#include "gstringfetchheaders.h"

#include <ringfetch.h>

#include <string.h>

static gboolean
is_list (const GValue *value)
{
  return GST_VALUE_HOLDS_ARRAY (value) || GST_VALUE_HOLDS_LIST (value);
}

/* A value of the text "" is one; a list, which has a text too, is none here. */
static gboolean
append_line (GPtrArray *lines, const char *name, const GValue *value, GError **error)
{
  g_auto (GValue) text = G_VALUE_INIT;

  g_value_init (&text, G_TYPE_STRING);
  if (is_list (value) || !g_value_transform (value, &text) || g_value_get_string (&text) == NULL)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "The value of %s in extra-headers, of type %s, is no text; set a string or a "
                   "number, or an array of these",
                   name, G_VALUE_TYPE_NAME (value));
      return FALSE;
    }
  g_ptr_array_add (lines, g_strdup_printf ("%s: %s", name, g_value_get_string (&text)));
  return TRUE;
}

static gboolean
append_lines (GPtrArray *lines, const char *name, const GValue *value, GError **error)
{
  gboolean is_array = GST_VALUE_HOLDS_ARRAY (value);
  guint size;

  if (!is_list (value))
    return append_line (lines, name, value, error);
  size = is_array ? gst_value_array_get_size (value) : gst_value_list_get_size (value);
  for (guint i = 0; i < size; i++)
    if (!append_line (lines, name,
                      is_array ? gst_value_array_get_value (value, i)
                               : gst_value_list_get_value (value, i),
                      error))
      return FALSE;
  return TRUE;
}

GStrv
gst_ring_fetch_headers_to_lines (const GstStructure *structure, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  int size = structure != NULL ? gst_structure_n_fields (structure) : 0;

  for (guint i = 0; i < (guint)size; i++)
    {
      const char *name = gst_structure_nth_field_name (structure, i);

      /* In a line it would end the name early. */
      if (strchr (name, ':') != NULL)
        {
          g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                       "Field %u of extra-headers has a colon in its name; write the value apart",
                       i + 1);
          return NULL;
        }
      if (!append_lines (lines, name, gst_structure_get_value (structure, name), error))
        return NULL;
    }
  g_ptr_array_add (lines, NULL);
  return (GStrv)g_ptr_array_free (g_steal_pointer (&lines), FALSE);
}
