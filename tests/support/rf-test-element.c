/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-element.h"

GstHarness *
rf_test_harness_new (RfTestServer *server, guint num_slots)
{
  GstHarness *harness = gst_harness_new ("ringfetchsrc");

  gst_harness_set (harness, "ringfetchsrc", "location", rf_test_server_get_uri (server),
                   "num-slots", num_slots, "slot-size", (guint64)65536, "num-workers", 4, NULL);
  return harness;
}

guint64
rf_test_check_buffer (GstBuffer *buffer, guint64 position)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless (rf_test_content_check (1, map.data, position, map.size, NULL));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), position);
  position += map.size;
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (buffer), position);
  gst_buffer_unmap (buffer, &map);
  return position;
}

GstElement *
rf_test_pipeline_new (const char *first_property, ...)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *element = gst_element_factory_make ("ringfetchsrc", "src");
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  va_list arguments;

  va_start (arguments, first_property);
  g_object_set_valist (G_OBJECT (element), first_property, arguments);
  va_end (arguments);
  gst_bin_add_many (GST_BIN (pipeline), element, sink, NULL);
  fail_unless (gst_element_link (element, sink));
  return pipeline;
}

GError *
rf_test_run_to_end (GstElement *pipeline)
{
  return rf_test_run_to_end_with_details (pipeline, NULL);
}

GError *
rf_test_run_to_end_with_details (GstElement *pipeline, GstStructure **details)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  if (details != NULL)
    {
      const GstStructure *given = NULL;

      if (error != NULL)
        gst_message_parse_error_details (message, &given);
      *details = given != NULL ? gst_structure_copy (given) : NULL;
    }
  return error;
}

guint64
rf_test_get_stat (GstElement *element, const char *name)
{
  GstStructure *stats = NULL;
  const GValue *value;
  guint64 number;

  g_object_get (element, "stats", &stats, NULL);
  value = gst_structure_get_value (stats, name);
  fail_unless (value != NULL);
  number = G_VALUE_HOLDS_UINT (value) ? g_value_get_uint (value) : g_value_get_uint64 (value);
  gst_structure_free (stats);
  return number;
}
