/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The element: states, seeks, queries. test-element-memory.c has what its buffers are made of,
 * test-element-access.c its requests, test-element-errors.c its errors. */

#include "rf-test-element.h"
#include "rf-test-shm.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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
  fail_unless (message != NULL);
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

GST_START_TEST (test_settings)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 1, .version = 1 });
  const char *uri = rf_test_server_get_uri (server);
  g_autofree char *taken = rf_test_shm_new_name ("taken");
  g_autofree char *untaken = rf_test_shm_new_name ("untaken");
  int shm = shm_open (taken, O_CREAT | O_EXCL, S_IRUSR);

  fail_unless (shm >= 0);
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", "nonsense");
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "slot-size", (guint64)4095);
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "num-workers", 257);
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "max-bandwidth",
                        (guint64)1023);
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "shm-name", "a/b");
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "shm-name", taken);
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", "nonsense", "shm-name", untaken);
  fail_if (rf_test_shm_is_there (untaken));
  rf_test_assert_fails (GST_RESOURCE_ERROR_NO_SPACE_LEFT, "location", uri, "slot-size",
                        (guint64)1 << 40, "num-slots", 8);
  close (shm);
  shm_unlink (taken);
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
  GstHarness *harness = rf_test_harness_new (server, 4);
  g_autoptr (GArray) ranges = NULL;
  GstBuffer *buffer;

  gst_element_set_state (harness->element, GST_STATE_READY);
  fail_unless (gst_element_seek (harness->element, 1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                 GST_SEEK_TYPE_SET, 128, GST_SEEK_TYPE_SET, 256));
  gst_harness_play (harness);
  buffer = gst_harness_pull (harness);
  fail_unless_equals_uint64 (rf_test_check_buffer (buffer, 128), 256);
  gst_buffer_unref (buffer);
  wait_for_eos (harness);
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 0);
  gst_harness_teardown (harness);

  /* One request, for just these bytes. */
  ranges = rf_test_server_dup_ranges (server);
  fail_unless_equals_int (ranges->len, 1);
  fail_unless_equals_uint64 (g_array_index (ranges, RfTestServerRange, 0).start, 128);
  fail_unless_equals_uint64 (g_array_index (ranges, RfTestServerRange, 0).end, 256);
}
GST_END_TEST;

static void
wait_for_error (GstHarness *harness, GstResourceError code)
{
  GstBus *bus = gst_element_get_bus (harness->element);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, code), "got: %s", error->message);
  gst_message_unref (message);
  gst_object_unref (bus);
}

/* An error ends a stream, not the element. */
GST_START_TEST (test_seek_without_ranges)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = MIB, .version = 1, .mode = RF_TEST_SERVER_NO_RANGES });
  GstHarness *harness = rf_test_harness_new (server, 4);
  GstBus *bus = gst_bus_new ();
  GstBuffer *buffer;

  gst_element_set_bus (harness->element, bus);
  gst_element_set_state (harness->element, GST_STATE_READY);
  fail_unless (gst_element_seek (harness->element, 1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                 GST_SEEK_TYPE_SET, 128, GST_SEEK_TYPE_NONE, -1));
  gst_harness_play (harness);
  wait_for_error (harness, GST_RESOURCE_ERROR_SEEK);
  gst_element_set_state (harness->element, GST_STATE_READY);
  gst_harness_play (harness);
  buffer = gst_harness_pull (harness);
  fail_unless (rf_test_check_buffer (buffer, 0) > 0);
  gst_buffer_unref (buffer);
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
  gst_object_unref (bus);
}
GST_END_TEST;

/* What comes before the server has answered. */
typedef enum
{
  EARLY_SEEK,
  EARLY_FLUSH,
  EARLY_EOS,
  EARLY_LAST,
} EarlyEvent;

/* Neither a seek, a flush nor an end is lost or waits for the answer. */
GST_START_TEST (test_event_before_the_answer)
{
  const EarlyEvent early = (EarlyEvent)__i__;
  /* A flush asks for nothing anew: the answer itself has to come. */
  const guint latency = early == EARLY_FLUSH ? 300 : 60000;
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = MIB, .version = 1, .latency_ms = latency });
  GstHarness *harness = rf_test_harness_new (server, 4);
  GstElement *element = harness->element;
  guint64 position = 0;

  gst_harness_play (harness);
  fail_unless (rf_test_server_wait_requests (server, 1, 10000));
  rf_test_server_set_config (server, &(RfTestServerConfig){ .size = MIB, .version = 1 });
  switch (early)
    {
    case EARLY_SEEK:
      position = 1000;
      fail_unless (gst_element_seek (element, 1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                     GST_SEEK_TYPE_SET, 1000, GST_SEEK_TYPE_NONE, -1));
      break;
    case EARLY_FLUSH:
      fail_unless (gst_element_send_event (element, gst_event_new_flush_start ()));
      fail_unless (gst_element_send_event (element, gst_event_new_flush_stop (TRUE)));
      break;
    case EARLY_EOS:
      position = MIB;
      fail_unless (gst_element_send_event (element, gst_event_new_eos ()));
      break;
    case EARLY_LAST:
      break;
    }
  while (position < MIB)
    {
      GstBuffer *buffer = gst_harness_pull (harness);

      fail_unless (buffer != NULL);
      position = rf_test_check_buffer (buffer, position);
      gst_buffer_unref (buffer);
    }
  wait_for_eos (harness);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* A pull may come before the resource is known, and beside the thread that finds out. */
GST_START_TEST (test_pull_mode)
{
  static const struct
  {
    guint64 start;
    guint length;
  } pulls[] = { { 500000, 300000 }, { 0, 20 },     { 65530, 20 },
                { MIB - 10, 20 },   { 131072, 0 }, { 131072, 20 } };
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
      for (guint i = 0; i < G_N_ELEMENTS (pulls); i++)
        {
          guint64 start = pulls[i].start;
          guint length = pulls[i].length;
          GstBuffer *buffer = NULL;

          fail_unless_equals_int (gst_pad_get_range (pad, start, length, &buffer), GST_FLOW_OK);
          fail_unless_equals_uint64 (rf_test_check_buffer (buffer, start),
                                     MIN (start + length, MIB));
          gst_buffer_unref (buffer);
        }
      gst_pad_activate_mode (pad, GST_PAD_MODE_PULL, FALSE);
      gst_element_set_state (element, GST_STATE_NULL);
    }
  gst_object_unref (pad);
  gst_object_unref (element);
}
GST_END_TEST;

/* A buffer that a flush drops on its way is read again where there are ranges: each is what its offset
 * says. */
GST_START_TEST (test_flush_without_a_seek)
{
  static const RfTestServerMode modes[] = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_NO_RANGES };
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = (guint64)1 << 40, .version = 1, .mode = modes[__i__] });
  GstHarness *harness = rf_test_harness_new (server, 4);

  gst_harness_play (harness);
  for (guint i = 0; i < 100; i++)
    {
      guint left;

      for (guint k = 0; k < 3; k++)
        {
          GstBuffer *buffer = gst_harness_pull (harness);

          fail_unless (buffer != NULL);
          rf_test_check_buffer (buffer, GST_BUFFER_OFFSET (buffer));
          gst_buffer_unref (buffer);
        }
      fail_unless (gst_element_send_event (harness->element, gst_event_new_flush_start ()));
      for (left = gst_harness_buffers_in_queue (harness); left > 0; left--)
        gst_buffer_unref (gst_harness_pull (harness));
      fail_unless (gst_element_send_event (harness->element, gst_event_new_flush_stop (TRUE)));
    }
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* Seeks that cannot be: backwards, and anywhere without ranges. */
static const struct
{
  double rate;
  RfTestServerMode mode;
} vain_seeks[] = { { -1.0, RF_TEST_SERVER_RANGES }, { 1.0, RF_TEST_SERVER_NO_RANGES } };

/* It returns FALSE, and the stream goes on as if nothing had been asked, not even flushed. */
GST_START_TEST (test_refused_seek)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = 4 * MIB, .version = 1, .mode = vain_seeks[__i__].mode });
  GstHarness *harness = rf_test_harness_new (server, 4);
  GstBus *bus = gst_bus_new ();
  guint64 position = 0;

  gst_element_set_bus (harness->element, bus);
  gst_harness_play (harness);
  while (position < 4 * MIB)
    {
      GstBuffer *buffer = gst_harness_pull (harness);

      if (position == 0)
        {
          GstEvent *event
              = gst_event_new_seek (vain_seeks[__i__].rate, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                    GST_SEEK_TYPE_SET, 100, GST_SEEK_TYPE_SET, 1000);

          fail_if (gst_element_send_event (harness->element, gst_event_ref (event)));
          fail_if (gst_harness_push_upstream_event (harness, event));
        }
      position = rf_test_check_buffer (buffer, position);
      gst_buffer_unref (buffer);
    }
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
  gst_object_unref (bus);
}
GST_END_TEST;

/* One that sets the end alone costs nothing: what is here and on its way stays. */
GST_START_TEST (test_seek_of_the_stop)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 64 * MIB, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, 4);
  guint64 position = 0;
  RfTestServerCounts counts;

  gst_harness_play (harness);
  while (position < 3 * MIB + 1)
    {
      GstBuffer *buffer = gst_harness_pull (harness);

      if (position == 0)
        fail_unless (gst_element_seek (harness->element, 1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_NONE,
                                       GST_SEEK_TYPE_NONE, -1, GST_SEEK_TYPE_SET, 3 * MIB + 1));
      position = rf_test_check_buffer (buffer, position);
      gst_buffer_unref (buffer);
    }
  fail_unless_equals_uint64 (position, 3 * MIB + 1);
  wait_for_eos (harness);
  rf_test_server_get_counts (server, &counts);
  /* Two for each of the four workers. */
  fail_unless (counts.connections <= 8, "%" G_GUINT64_FORMAT " connections", counts.connections);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (test_redirection)
{
  g_autoptr (RfTestServer) target
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .redirect_to = rf_test_server_get_uri (target) });
  g_autofree char *location
      = g_strdup_printf ("http://127.0.0.1:%u/redirect", rf_test_server_get_port (server));
  GstHarness *harness = rf_test_harness_new (server, 4);
  GstQuery *query = gst_query_new_uri ();
  g_autofree char *uri = NULL;
  g_autofree char *redirection = NULL;

  g_object_set (harness->element, "location", location, NULL);
  gst_harness_play (harness);
  gst_buffer_unref (gst_harness_pull (harness));
  fail_unless (gst_element_query (harness->element, query));
  gst_query_parse_uri (query, &uri);
  gst_query_parse_uri_redirection (query, &redirection);
  fail_unless_equals_string (uri, location);
  fail_unless_equals_string (redirection, rf_test_server_get_uri (target));
  gst_query_unref (query);
  gst_harness_teardown (harness);
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
  GstHarness *harness = rf_test_harness_new (server, 4);
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
  GstHarness *harness = rf_test_harness_new (server, 4);
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
  GstHarness *harness = rf_test_harness_new (server, 4);
  RfTestServerCounts counts;

  for (guint i = 0; i < 20; i++)
    {
      guint64 position = 0;

      gst_harness_play (harness);
      while (position < MIB)
        {
          GstBuffer *buffer = gst_harness_pull (harness);

          position = rf_test_check_buffer (buffer, position);
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

GST_START_TEST (test_uri_handler)
{
  static const char *const bad[] = { "nonsense", "ftp://host/path" };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  const char *uri = rf_test_server_get_uri (server);
  GstElement *element = gst_element_make_from_uri (GST_URI_SRC, uri, NULL, NULL);
  GstURIHandler *handler = GST_URI_HANDLER (element);
  g_autofree char *got = NULL;
  g_autofree char *location = NULL;
  g_autoptr (GError) busy = NULL;

  /* No other plugin is loaded here; where one is, it comes first. */
  fail_unless_equals_int (
      gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (gst_element_get_factory (element))),
      GST_RANK_NONE);
  fail_unless_equals_int (gst_uri_handler_get_uri_type (handler), GST_URI_SRC);
  fail_unless (
      g_strv_contains ((const char *const *)gst_uri_handler_get_protocols (handler), "https"));

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      fail_if (gst_uri_handler_set_uri (handler, bad[i], &error), "%s", bad[i]);
      fail_unless (error != NULL && error->domain == GST_URI_ERROR, "%s", bad[i]);
    }
  fail_unless (gst_uri_handler_set_uri (handler, uri, NULL));
  got = gst_uri_handler_get_uri (handler);
  g_object_get (element, "location", &location, NULL);
  fail_unless_equals_string (got, uri);
  fail_unless_equals_string (location, uri);

  gst_element_set_state (element, GST_STATE_PAUSED);
  fail_if (gst_uri_handler_set_uri (handler, uri, &busy));
  fail_unless (g_error_matches (busy, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE));
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}
GST_END_TEST;

/* What comes to a sink begins where its segment does and goes on without a gap. Only the thread that
 * holds the pad's stream lock gets here. */
static GstPadProbeReturn
follow (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  guint64 *position = data;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    {
      *position = rf_test_check_buffer (GST_PAD_PROBE_INFO_BUFFER (info), *position);
    }
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEGMENT)
    {
      const GstSegment *segment;

      gst_event_parse_segment (GST_PAD_PROBE_INFO_EVENT (info), &segment);
      *position = segment->start;
    }
  return GST_PAD_PROBE_OK;
}

/* The object is too long to end before the last seek, which sets an end. */
GST_START_TEST (test_flushing_seeks_while_playing)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = (guint64)1 << 40, .version = 1 });
  g_autofree char *description
      = g_strdup_printf ("ringfetchsrc location=%s slot-size=65536 ! fakesink name=sink",
                         rf_test_server_get_uri (server));
  GstElement *pipeline = gst_parse_launch (description, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  guint64 position = G_MAXUINT64;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, follow,
                     &position, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 200; i++)
    {
      fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND),
                              GST_STATE_CHANGE_SUCCESS);
      fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                            (gint64)g_random_int () << 7));
    }
  fail_unless (gst_element_seek (pipeline, 1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
                                 GST_SEEK_TYPE_SET, 12345, GST_SEEK_TYPE_SET, 9 * MIB + 3));
  fail_unless (rf_test_run_to_end (pipeline) == NULL);
  fail_unless_equals_uint64 (position, 9 * MIB + 3);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}
GST_END_TEST;

GST_START_TEST (test_duration)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 5 * MIB + 3, .version = 1 });
  GstHarness *harness = rf_test_harness_new (server, 4);
  gint64 duration;

  fail_if (gst_element_query_duration (harness->element, GST_FORMAT_BYTES, &duration)
           && duration >= 0);
  gst_harness_play (harness);
  gst_buffer_unref (gst_harness_pull (harness));
  fail_unless (gst_element_query_duration (harness->element, GST_FORMAT_BYTES, &duration));
  fail_unless_equals_int64 (duration, 5 * MIB + 3);
  gst_harness_teardown (harness);
}
GST_END_TEST;

/* Chunked: the length is known when the end has come. */
GST_START_TEST (test_unknown_length)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = MIB + 1, .version = 1, .mode = RF_TEST_SERVER_CHUNKED });
  GstHarness *harness = rf_test_harness_new (server, 4);
  guint64 position = 0;

  gst_harness_play (harness);
  while (position < MIB + 1)
    {
      GstBuffer *buffer = gst_harness_pull (harness);

      position = rf_test_check_buffer (buffer, position);
      gst_buffer_unref (buffer);
    }
  wait_for_eos (harness);
  gst_harness_teardown (harness);
}
GST_END_TEST;

static Suite *
ringfetchsrc_suite (void)
{
  Suite *suite = suite_create ("ringfetchsrc");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_set_timeout (chain, 60);
  tcase_add_test (chain, test_nothing_set);
  tcase_add_test (chain, test_settings);
  tcase_add_test (chain, test_seek_in_ready);
  tcase_add_test (chain, test_seek_without_ranges);
  tcase_add_loop_test (chain, test_event_before_the_answer, 0, EARLY_LAST);
  tcase_add_test (chain, test_pull_mode);
  tcase_add_loop_test (chain, test_flush_without_a_seek, 0, 2);
  tcase_add_loop_test (chain, test_refused_seek, 0, G_N_ELEMENTS (vain_seeks));
  tcase_add_test (chain, test_seek_of_the_stop);
  tcase_add_test (chain, test_redirection);
  tcase_add_test (chain, test_scheduling);
  tcase_add_test (chain, test_stop_on_dead_network);
  tcase_add_test (chain, test_many_cycles);
  tcase_add_test (chain, test_uri_handler);
  tcase_add_test (chain, test_flushing_seeks_while_playing);
  tcase_add_test (chain, test_duration);
  tcase_add_test (chain, test_unknown_length);
  return suite;
}

GST_CHECK_MAIN (ringfetchsrc);
