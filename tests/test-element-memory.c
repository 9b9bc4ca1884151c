/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the buffers of the element are made of, who owns it, and how much of it there is. */

#include <gst/allocators/gstfdmemory.h>

#include "rf-test-element.h"
#include "rf-test-shm.h"

GST_START_TEST (test_stream)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 5 * MIB + 3, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, 8);
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
      position = rf_test_check_buffer (buffer, position);
      gst_buffer_unref (buffer);
    }
  fail_unless_equals_uint64 (position, 5 * MIB + 3);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* Rings, and how many of the first buffers downstream keeps. */
static const struct
{
  guint num_slots;
  guint num_held;
} held_rings[] = { { 2, 1 }, { 2, 1000 }, { 4, 3 }, { 4, 1000 }, { 16, 15 } };

/* Nothing waits for ever, nothing that is held changes, and what is not a slot was counted. */
GST_START_TEST (test_held)
{
  const guint64 size = 3 * MIB + 1;
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = size, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, held_rings[__i__].num_slots);
  GPtrArray *held = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_buffer_unref);
  guint64 position = 0, copied = 0;

  gst_harness_play (harness);
  while (position < size)
    {
      GstBuffer *buffer = gst_harness_pull (harness);

      position = rf_test_check_buffer (buffer, position);
      copied += !gst_is_fd_memory (gst_buffer_peek_memory (buffer, 0));
      if (held->len < held_rings[__i__].num_held)
        g_ptr_array_add (held, buffer);
      else
        gst_buffer_unref (buffer);
    }
  fail_unless_equals_uint64 (rf_test_get_stat (harness->element, "copied-buffers"), copied);
  position = 0;
  for (guint i = 0; i < held->len; i++)
    position = rf_test_check_buffer (held->pdata[i], position);
  gst_harness_teardown (harness);
  g_ptr_array_unref (held);
}
GST_END_TEST;

GST_START_TEST (test_held_beyond_the_end)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 2 * MIB, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, 4);
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
    position = rf_test_check_buffer (held->pdata[i], position);
  g_ptr_array_unref (held);
}
GST_END_TEST;

/* Checks buffers where a sink gets them. */
typedef struct
{
  guint64 position;
  gboolean wrong;
  guint copied;
} Checker;

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, Checker *checker)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  if (!rf_test_content_check (1, map.data, checker->position, map.size, NULL))
    checker->wrong = TRUE;
  checker->position += map.size;
  gst_buffer_unmap (buffer, &map);
}

GST_START_TEST (test_queue_and_tee)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 16 * MIB + 1, .version = 1 });
  g_autofree char *description = g_strdup_printf (
      "ringfetchsrc location=%s num-slots=4 slot-size=65536 name=src ! tee name=t "
      "t. ! queue ! fakesink name=a signal-handoffs=true "
      "t. ! queue max-size-buffers=2 ! fakesink name=b signal-handoffs=true",
      rf_test_server_get_uri (server));
  GstElement *pipeline = gst_parse_launch (description, NULL);
  GstElement *sinks[2] = { gst_bin_get_by_name (GST_BIN (pipeline), "a"),
                           gst_bin_get_by_name (GST_BIN (pipeline), "b") };
  Checker checkers[2] = { 0 };

  for (guint i = 0; i < 2; i++)
    g_signal_connect (sinks[i], "handoff", G_CALLBACK (on_handoff), &checkers[i]);
  fail_unless (rf_test_run_to_end (pipeline) == NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  for (guint i = 0; i < 2; i++)
    {
      fail_if (checkers[i].wrong);
      fail_unless_equals_uint64 (checkers[i].position, 16 * MIB + 1);
      gst_object_unref (sinks[i]);
    }
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* A line of /proc/self/status, in KiB. */
static guint64
read_status (const char *field)
{
  g_autofree char *text = NULL;
  const char *line;

  fail_unless (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, field);
  fail_unless (line != NULL);
  return g_ascii_strtoull (line + strlen (field), NULL, 10);
}

/* What a paused element may need besides its ring, in KiB. A sanitizer has much memory of its own. */
#if defined(__SANITIZE_ADDRESS__)
#define GROWTH_LIMIT (512 * 1024)
#else
#define GROWTH_LIMIT (16 * 1024)
#endif

GST_START_TEST (test_memory_is_bounded)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = (guint64)1 << 40, .version = 1 });
  GstElement *src = gst_element_factory_make ("ringfetchsrc", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstElement *pipeline = gst_pipeline_new (NULL);
  guint64 anonymous = read_status ("RssAnon:");
  guint64 filling = 0;

  gst_bin_add_many (GST_BIN (pipeline), src, sink, NULL);
  fail_unless (gst_element_link (src, sink));
  g_object_set (src, "location", rf_test_server_get_uri (server), NULL);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND),
                          GST_STATE_CHANGE_SUCCESS);
  /* Until nothing more is asked for, long before all of the ring has been used. */
  for (guint64 bytes = 0, before = 1; bytes != before || filling < 7;)
    {
      g_usleep (50000);
      before = bytes;
      bytes = rf_test_get_stat (src, "bytes");
      filling = rf_test_get_stat (src, "slots-filling");
    }
  fail_unless (read_status ("RssShmem:") <= 65 * 1024);
  fail_unless (read_status ("RssAnon:") < anonymous + GROWTH_LIMIT);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* A named ring's name is free again in NULL, whatever still holds on to its memory. */
GST_START_TEST (test_named_ring_restarts)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 64 * MIB, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, 8);
  g_autofree char *name = rf_test_shm_new_name ("restarts");
  GstBuffer *held;

  g_object_set (harness->element, "shm-name", name, NULL);
  for (guint i = 0; i < 20; i++)
    {
      gst_harness_play (harness);
      held = gst_harness_pull (harness);
      fail_unless (rf_test_shm_is_there (name));
      gst_element_set_state (harness->element, GST_STATE_NULL);
      fail_if (rf_test_shm_is_there (name));
      rf_test_check_buffer (held, 0);
      gst_buffer_unref (held);
      while ((held = gst_harness_try_pull (harness)) != NULL)
        gst_buffer_unref (held);
    }
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* Between READY and PLAYING the ring, and its name, are the same. */
GST_START_TEST (test_named_ring_is_kept)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, 8);
  g_autofree char *name = rf_test_shm_new_name ("kept");

  g_object_set (harness->element, "shm-name", name, NULL);
  for (guint i = 0; i < 3; i++)
    {
      GstBuffer *buffer;

      gst_harness_play (harness);
      buffer = gst_harness_pull (harness);
      fail_unless (gst_is_fd_memory (gst_buffer_peek_memory (buffer, 0)));
      gst_buffer_unref (buffer);
      fail_unless (rf_test_shm_is_there (name));
      gst_element_set_state (harness->element, GST_STATE_READY);
      fail_unless (rf_test_shm_is_there (name));
      while ((buffer = gst_harness_try_pull (harness)) != NULL)
        gst_buffer_unref (buffer);
    }
  gst_harness_teardown (harness);
  fail_if (rf_test_shm_is_there (name));
}
GST_END_TEST;

/* With room in the ring and a consumer that lets go, everything is a slot. */
GST_START_TEST (test_nothing_is_copied)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 100 * MIB, .version = 1, .cached = TRUE });
  g_autofree char *description = g_strdup_printf ("ringfetchsrc name=src location=%s ! fakesink",
                                                  rf_test_server_get_uri (server));
  GstElement *pipeline = gst_parse_launch (description, NULL);
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");

  fail_unless (rf_test_run_to_end (pipeline) == NULL);
  fail_unless_equals_uint64 (rf_test_get_stat (src, "bytes"), 100 * MIB);
  fail_unless_equals_uint64 (rf_test_get_stat (src, "copied-buffers"), 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (src);
  gst_object_unref (pipeline);
}
GST_END_TEST;

GST_START_TEST (test_memory_operations)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 65536, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, 8);
  GstBuffer *buffer, *copy, *first, *second, *merged;
  GstMapInfo map;

  gst_harness_play (harness);
  buffer = gst_harness_pull (harness);
  fail_unless (gst_is_fd_memory (gst_buffer_peek_memory (buffer, 0)));
  fail_unless (gst_buffer_get_size (buffer) >= 200);
  copy = gst_buffer_copy_deep (buffer);
  first = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 0, 100);
  second = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 100, 100);
  gst_harness_teardown (harness);
  gst_buffer_unref (buffer);

  /* Neighbours of one loan merge into one memory that still is the slot. */
  merged = gst_buffer_append (first, second);
  fail_unless (gst_buffer_map (merged, &map, GST_MAP_READ));
  fail_unless (rf_test_content_check (1, map.data, 0, 200, NULL));
  gst_buffer_unmap (merged, &map);
  fail_unless (gst_is_fd_memory (gst_buffer_peek_memory (merged, 0)));

  /* Writing goes to a copy. */
  merged = gst_buffer_make_writable (merged);
  fail_unless (gst_buffer_map (merged, &map, GST_MAP_READWRITE));
  memset (map.data, 0, map.size);
  gst_buffer_unmap (merged, &map);
  fail_if (gst_is_fd_memory (gst_buffer_peek_memory (merged, 0)));
  gst_buffer_unref (merged);

  fail_if (gst_is_fd_memory (gst_buffer_peek_memory (copy, 0)));
  rf_test_check_buffer (copy, 0);
  gst_buffer_unref (copy);
}
GST_END_TEST;

static Suite *
ringfetchsrc_memory_suite (void)
{
  Suite *suite = suite_create ("ringfetchsrc-memory");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_set_timeout (chain, 60);
  tcase_add_test (chain, test_stream);
  tcase_add_loop_test (chain, test_held, 0, G_N_ELEMENTS (held_rings));
  tcase_add_test (chain, test_held_beyond_the_end);
  tcase_add_test (chain, test_queue_and_tee);
  tcase_add_test (chain, test_named_ring_restarts);
  tcase_add_test (chain, test_named_ring_is_kept);
  tcase_add_test (chain, test_memory_is_bounded);
  tcase_add_test (chain, test_nothing_is_copied);
  tcase_add_test (chain, test_memory_operations);
  return suite;
}

GST_CHECK_MAIN (ringfetchsrc_memory);
