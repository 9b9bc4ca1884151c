/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The element: how it gets its bytes in time, and what its statistics say of that. */

#include "rf-test-element.h"

/* All that the statistics have. */
static const struct
{
  const char *name;
  GType type;
} fields[] = {
  { "bytes", G_TYPE_UINT64 },       { "requests", G_TYPE_UINT64 },
  { "connections", G_TYPE_UINT64 }, { "retries", G_TYPE_UINT64 },
  { "stalls", G_TYPE_UINT64 },      { "splits", G_TYPE_UINT64 },
  { "workers", G_TYPE_UINT },       { "part-size", G_TYPE_UINT64 },
  { "slots-free", G_TYPE_UINT },    { "slots-filling", G_TYPE_UINT },
  { "slots-lent", G_TYPE_UINT },    { "copied-buffers", G_TYPE_UINT64 },
  { "goodput", G_TYPE_UINT64 },
};

static GstElement *
get_src (GstElement *pipeline)
{
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");

  /* The pipeline has it. */
  gst_object_unref (src);
  return src;
}

/* Plays to the end, and returns how long that took, in seconds. */
static double
play (GstElement *pipeline)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (GError) error = rf_test_run_to_end (pipeline);

  fail_unless (error == NULL, "%s", error != NULL ? error->message : NULL);
  return (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC;
}

static void
drop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* They are all there before there is anything to count, too. */
GST_START_TEST (test_fields)
{
  GstElement *element = gst_element_factory_make ("ringfetchsrc", NULL);
  GstStructure *stats = NULL;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless_equals_int (gst_structure_n_fields (stats), (int)G_N_ELEMENTS (fields));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    fail_unless (gst_structure_has_field_typed (stats, fields[i].name, fields[i].type), "%s",
                 fields[i].name);
  gst_structure_free (stats);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (test_slow_requests)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (&(RfTestServerConfig){ .size = 8 * MIB,
                                                                               .version = 1,
                                                                               .latency_ms = 5,
                                                                               .rate = 8 * MIB,
                                                                               .slow_every = 4,
                                                                               .slow_rate = MIB });
  GstElement *pipeline = rf_test_pipeline_new ("location", rf_test_server_get_uri (server),
                                               "num-workers", 4, "slot-size", MIB, NULL);
  GstElement *src = get_src (pipeline);

  play (pipeline);
  fail_unless (rf_test_get_stat (src, "splits") > 0);
  fail_unless_equals_uint64 (rf_test_get_stat (src, "bytes"), 8 * MIB);
  fail_unless_equals_uint64 (rf_test_get_stat (src, "workers"), 4);
  fail_unless_equals_uint64 (rf_test_get_stat (src, "part-size"), MIB);
  drop (pipeline);
}
GST_END_TEST;

/* It has to last for half of what it is worth at least, as some may come at once. */
GST_START_TEST (test_max_bandwidth)
{
  static const RfTestServerMode modes[] = { RF_TEST_SERVER_RANGES, RF_TEST_SERVER_NO_RANGES };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = 2 * MIB, .version = 1, .mode = modes[i] });
      GstElement *pipeline = rf_test_pipeline_new ("location", rf_test_server_get_uri (server),
                                                   "max-bandwidth", 2 * MIB, NULL);
      double seconds = play (pipeline);

      fail_unless (seconds >= 0.5, "%f", seconds);
      fail_unless (rf_test_get_stat (get_src (pipeline), "goodput") < 4 * MIB);
      drop (pipeline);
    }
}
GST_END_TEST;

/* To stop does not wait for what is held back. */
GST_START_TEST (test_stop_while_held_back)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });

  for (guint i = 0; i < 10; i++)
    {
      GstElement *pipeline = rf_test_pipeline_new ("location", rf_test_server_get_uri (server),
                                                   "max-bandwidth", (guint64)1024, NULL);
      gint64 began;

      gst_element_set_state (pipeline, GST_STATE_PLAYING);
      fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND),
                              GST_STATE_CHANGE_SUCCESS);
      began = g_get_monotonic_time ();
      drop (pipeline);
      fail_unless (g_get_monotonic_time () - began < 2 * G_TIME_SPAN_SECOND);
    }
}
GST_END_TEST;

static Suite *
ringfetchsrc_speed_suite (void)
{
  Suite *suite = suite_create ("ringfetchsrc-speed");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_set_timeout (chain, 60);
  tcase_add_test (chain, test_fields);
  tcase_add_test (chain, test_slow_requests);
  tcase_add_test (chain, test_max_bandwidth);
  tcase_add_test (chain, test_stop_while_held_back);
  return suite;
}

GST_CHECK_MAIN (ringfetchsrc_speed);
