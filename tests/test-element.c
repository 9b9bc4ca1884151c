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
  gst_element_set_state (element, GST_STATE_PAUSED);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (element, GST_STATE_NULL);
  fail_if (gst_bus_have_pending (bus) && gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) != NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
}
GST_END_TEST;

/* Runs a pipeline until its end or its first error, and returns the error. */
static GError *
run_to_end (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  return error;
}

/* A pipeline of the element alone: without a peer, an error of it comes before that of the link. */
static GError *
fail_with (const char *first_property, ...)
{
  GstElement *element = gst_element_factory_make ("ringfetchsrc", NULL);
  GstElement *pipeline = gst_pipeline_new (NULL);
  va_list arguments;
  GError *error;

  va_start (arguments, first_property);
  g_object_set_valist (G_OBJECT (element), first_property, arguments);
  va_end (arguments);
  gst_bin_add (GST_BIN (pipeline), element);
  error = run_to_end (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return error;
}

#define fail_unless_fails(code_, ...)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) error_ = fail_with (__VA_ARGS__, NULL);                                     \
    fail_unless (g_error_matches (error_, GST_RESOURCE_ERROR, code_), "got: %s",                   \
                 error_ != NULL ? error_->message : "no error");                                   \
  }                                                                                                \
  G_STMT_END

GST_START_TEST (test_errors)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 1, .mode = RF_TEST_SERVER_STATUS, .status = 404 });
  const char *uri = rf_test_server_get_uri (server);

  fail_unless_fails (GST_RESOURCE_ERROR_NOT_FOUND, "location", uri);
  rf_test_server_set_config (
      server, &(RfTestServerConfig){ .size = 1, .mode = RF_TEST_SERVER_STATUS, .status = 401 });
  fail_unless_fails (GST_RESOURCE_ERROR_NOT_AUTHORIZED, "location", uri);
  rf_test_server_set_config (
      server, &(RfTestServerConfig){ .size = 1, .mode = RF_TEST_SERVER_STATUS, .status = 503 });
  fail_unless_fails (GST_RESOURCE_ERROR_OPEN_READ, "location", uri, "retries", 1);
  fail_unless_fails (GST_RESOURCE_ERROR_SETTINGS, "location", "nonsense");
  fail_unless_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "slot-size", (guint64)4095);
  fail_unless_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "num-workers", 257);
  fail_unless_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "shm-name", "a/b");
  fail_unless_fails (GST_RESOURCE_ERROR_NO_SPACE_LEFT, "location", uri, "slot-size",
                     (guint64)1 << 40, "num-slots", 8);
  fail_unless_fails (GST_RESOURCE_ERROR_NOT_FOUND, "location", "http://host.invalid/");
  rf_test_server_stop_listening (server);
  fail_unless_fails (GST_RESOURCE_ERROR_OPEN_READ, "location", uri);
}
GST_END_TEST;

static void
wait_for_eos (GstHarness *harness)
{
  gboolean found = FALSE;

  while (!found)
    {
      GstEvent *event = gst_harness_pull_event (harness);

      fail_unless (event != NULL);
      found = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
      gst_event_unref (event);
    }
}

GST_START_TEST (test_seek_in_ready)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  GstHarness *harness = new_harness (server, 4);
  GstBuffer *buffer;

  gst_element_set_state (harness->element, GST_STATE_READY);
  fail_unless (gst_element_seek (harness->element, 1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                 GST_SEEK_TYPE_SET, 128, GST_SEEK_TYPE_SET, 256));
  gst_harness_play (harness);
  buffer = gst_harness_pull (harness);
  fail_unless_equals_uint64 (check_buffer (buffer, 128), 256);
  gst_buffer_unref (buffer);
  wait_for_eos (harness);
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 0);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* A pull may come before the resource is known, and beside the thread that finds out. */
GST_START_TEST (test_pull_mode)
{
  static const guint64 offsets[] = { 500000, 0, 65530, MIB - 10, 131072 };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  GstElement *element = gst_element_factory_make ("ringfetchsrc", NULL);
  GstPad *pad = gst_element_get_static_pad (element, "src");

  /* Without a timeout, a wake-up that is missed is missed for ever. */
  g_object_set (element, "location", rf_test_server_get_uri (server), "slot-size", (guint64)65536,
                "num-slots", 6, "timeout", 0, NULL);
  for (int round = 0; round < 20; round++)
    {
      gst_element_set_state (element, GST_STATE_READY);
      fail_unless (gst_pad_activate_mode (pad, GST_PAD_MODE_PULL, TRUE));
      for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
        {
          guint64 start = offsets[i];
          guint length = i == 0 ? 300000 : 20;
          GstBuffer *buffer = NULL;

          fail_unless_equals_int (gst_pad_get_range (pad, start, length, &buffer), GST_FLOW_OK);
          fail_unless_equals_uint64 (check_buffer (buffer, start), MIN (start + length, MIB));
          gst_buffer_unref (buffer);
        }
      gst_pad_activate_mode (pad, GST_PAD_MODE_PULL, FALSE);
      gst_element_set_state (element, GST_STATE_NULL);
    }
  gst_object_unref (pad);
  gst_object_unref (element);
}
GST_END_TEST;

static void
check_scheduling (GstPad *pad, GstSchedulingFlags expected_flags, GstPadMode expected_mode)
{
  GstQuery *query = gst_query_new_scheduling ();
  GstSchedulingFlags flags;

  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_scheduling (query, &flags, NULL, NULL, NULL);
  fail_unless_equals_int (flags, expected_flags);
  fail_unless_equals_int (gst_query_get_n_scheduling_modes (query), 1);
  fail_unless (gst_query_has_scheduling_mode (query, expected_mode));
  gst_query_unref (query);
}

/* A demuxer that is plugged while data flows must not be told that it may pull now. */
GST_START_TEST (test_scheduling)
{
  const GstSchedulingFlags always
      = GST_SCHEDULING_FLAG_SEQUENTIAL | GST_SCHEDULING_FLAG_BANDWIDTH_LIMITED;
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  GstHarness *harness = new_harness (server, 4);
  GstPad *pad = gst_element_get_static_pad (harness->element, "src");

  check_scheduling (pad, always, GST_PAD_MODE_PUSH);
  gst_harness_play (harness);
  gst_buffer_unref (gst_harness_pull (harness));
  check_scheduling (pad, always | GST_SCHEDULING_FLAG_SEEKABLE, GST_PAD_MODE_PUSH);
  gst_object_unref (pad);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (test_stop_on_dead_network)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .latency_ms = 60000 });
  GstHarness *harness = new_harness (server, 4);
  gint64 began;

  gst_harness_play (harness);
  fail_unless (rf_test_server_wait_requests (server, 1, 10000));
  began = g_get_monotonic_time ();
  gst_harness_teardown (harness);
  /* Far below any timeout, far above what a busy machine needs. */
  fail_unless (g_get_monotonic_time () - began < 2 * G_USEC_PER_SEC);
}
GST_END_TEST;

GST_START_TEST (test_many_cycles)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  GstHarness *harness = new_harness (server, 4);
  RfTestServerCounts counts;

  for (guint i = 0; i < 20; i++)
    {
      guint64 position = 0;

      gst_harness_play (harness);
      while (position < MIB)
        {
          GstBuffer *buffer = gst_harness_pull (harness);

          position = check_buffer (buffer, position);
          gst_buffer_unref (buffer);
        }
      gst_element_set_state (harness->element, GST_STATE_READY);
    }
  gst_harness_teardown (harness);
  /* Connections are kept from stream to stream: one for each worker and thread, and a few more where
   * a stream ended before its last connection was idle again. */
  rf_test_server_get_counts (server, &counts);
  fail_unless (counts.connections < 40, "%" G_GUINT64_FORMAT " connections", counts.connections);
}
GST_END_TEST;

/* Checks buffers where a sink gets them. */
typedef struct
{
  guint64 position;
  gboolean wrong;
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
  fail_unless (run_to_end (pipeline) == NULL);
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
  guint filling = 0;

  gst_bin_add_many (GST_BIN (pipeline), src, sink, NULL);
  fail_unless (gst_element_link (src, sink));
  g_object_set (src, "location", rf_test_server_get_uri (server), NULL);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND),
                          GST_STATE_CHANGE_SUCCESS);
  /* Until the ring is full: nothing is free, nothing more is asked for. */
  for (guint64 bytes = 0, before = 1; bytes != before || filling < 15;)
    {
      GstStructure *stats = NULL;

      g_usleep (50000);
      g_object_get (src, "stats", &stats, NULL);
      before = bytes;
      gst_structure_get_uint64 (stats, "bytes", &bytes);
      gst_structure_get_uint (stats, "slots-filling", &filling);
      gst_structure_free (stats);
    }
  fail_unless (read_status ("RssShmem:") <= 65 * 1024);
  fail_unless (read_status ("RssAnon:") < anonymous + GROWTH_LIMIT);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
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
  GstStructure *stats = NULL;
  guint64 bytes, copied;

  fail_unless (run_to_end (pipeline) == NULL);
  g_object_get (src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "bytes", &bytes));
  fail_unless (gst_structure_get_uint64 (stats, "copied-buffers", &copied));
  fail_unless_equals_uint64 (bytes, 100 * MIB);
  fail_unless_equals_uint64 (copied, 0);
  gst_structure_free (stats);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (src);
  gst_object_unref (pipeline);
}
GST_END_TEST;

GST_START_TEST (test_memory_operations)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 65536, .version = 1 });
  GstHarness *harness = new_harness (server, 8);
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
  check_buffer (copy, 0);
  gst_buffer_unref (copy);
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
  tcase_add_test (chain, test_errors);
  tcase_add_test (chain, test_seek_in_ready);
  tcase_add_test (chain, test_pull_mode);
  tcase_add_test (chain, test_scheduling);
  tcase_add_test (chain, test_stop_on_dead_network);
  tcase_add_test (chain, test_many_cycles);
  tcase_add_test (chain, test_queue_and_tee);
  tcase_add_test (chain, test_memory_is_bounded);
  tcase_add_test (chain, test_nothing_is_copied);
  tcase_add_test (chain, test_memory_operations);
  return suite;
}

GST_CHECK_MAIN (ringfetchsrc);
