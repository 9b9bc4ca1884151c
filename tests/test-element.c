/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The element in pipelines, and who owns the memory of its buffers. */

#include <gst/allocators/gstfdmemory.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "rf-test-content.h"
#include "rf-test-server.h"

#define MIB ((guint64)1 << 20)

static GstHarness *
new_harness (RfTestServer *server, guint num_slots)
{
  GstHarness *harness = gst_harness_new ("ringfetchsrc");

  gst_harness_set (harness, "ringfetchsrc", "location", rf_test_server_get_uri (server),
                   "num-slots", num_slots, "slot-size", (guint64)65536, "num-workers", 4, NULL);
  return harness;
}

static guint64
check_buffer (GstBuffer *buffer, guint64 position)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless (rf_test_content_check (1, map.data, position, map.size, NULL));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), position);
  position += map.size;
  gst_buffer_unmap (buffer, &map);
  return position;
}

GST_START_TEST (test_stream)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 5 * MIB + 3, .version = 1 });
  GstHarness *harness = new_harness (server, 8);
  guint64 position = 0;

  gst_harness_play (harness);
  while (position < 5 * MIB + 3)
    {
      GstBuffer *buffer = gst_harness_pull (harness);
      GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

      if (gst_is_fd_memory (memory))
        {
          fail_unless (memory->parent == NULL);
          fail_unless (GST_MEMORY_IS_READONLY (memory));
        }
      position = check_buffer (buffer, position);
      gst_buffer_unref (buffer);
    }
  fail_unless_equals_uint64 (position, 5 * MIB + 3);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (test_held_beyond_the_end)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 2 * MIB, .version = 1 });
  GstHarness *harness = new_harness (server, 4);
  GPtrArray *held = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_buffer_unref);
  guint64 position = 0;

  gst_harness_play (harness);
  while (position < 2 * MIB)
    {
      GstBuffer *buffer = gst_harness_pull (harness);

      position += gst_buffer_get_size (buffer);
      g_ptr_array_add (held, buffer);
    }
  gst_harness_teardown (harness);
  position = 0;
  for (guint i = 0; i < held->len; i++)
    position = check_buffer (held->pdata[i], position);
  g_ptr_array_unref (held);
}
GST_END_TEST;

GST_START_TEST (test_nothing_set)
{
  GstElement *element = gst_element_factory_make ("ringfetchsrc", NULL);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_bus (element, bus);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
                          GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
}
GST_END_TEST;

static Suite *
ringfetchsrc_suite (void)
{
  Suite *suite = suite_create ("ringfetchsrc");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_set_timeout (chain, 60);
  tcase_add_test (chain, test_stream);
  tcase_add_test (chain, test_held_beyond_the_end);
  tcase_add_test (chain, test_nothing_set);
  return suite;
}

GST_CHECK_MAIN (ringfetchsrc);
