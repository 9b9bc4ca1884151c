/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What applications are told of a stream that fails: the code, the details, and no secret. */

#include "rf-test-element.h"
#include "rf-test-script.h"

#include <string.h>

#define SECRET "s3cr3t"

/* Plays an element until it fails. */
static GError *
fail_to_read (const char *location, guint timeout, int retries, GstStructure **details)
{
  GstElement *pipeline = rf_test_pipeline_new ("location", location, "timeout", timeout, "retries",
                                               retries, "retry-backoff-factor", 0.0, NULL);
  GError *error = rf_test_run_to_end_with_details (pipeline, details);

  fail_unless (error != NULL, "no error from %s", location);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return error;
}

static const struct
{
  guint status;
  GstResourceError code;
  const char *reason;
} statuses[] = {
  { 404, GST_RESOURCE_ERROR_NOT_FOUND, "Not Found" },
  { 410, GST_RESOURCE_ERROR_NOT_FOUND, "Gone" },
  { 401, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "Unauthorized" },
  { 403, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "Forbidden" },
  { 503, GST_RESOURCE_ERROR_OPEN_READ, "Service Unavailable" },
  { 400, GST_RESOURCE_ERROR_OPEN_READ, "Bad Request" },
};

GST_START_TEST (test_status)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .mode = RF_TEST_SERVER_STATUS, .status = statuses[__i__].status });
  g_autoptr (GstStructure) details = NULL;
  g_autoptr (GError) error = fail_to_read (rf_test_server_get_uri (server), 15, 1, &details);
  RfTestServerCounts counts;
  guint status;

  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, statuses[__i__].code), "%s",
               error->message);
  fail_unless (g_str_has_suffix (error->message, statuses[__i__].reason), "%s", error->message);
  fail_unless (details != NULL && gst_structure_get_uint (details, "http-status-code", &status));
  fail_unless_equals_int (status, statuses[__i__].status);
  fail_if (gst_structure_has_field (details, "http-redirect-uri"));
  rf_test_server_get_counts (server, &counts);
  fail_unless_equals_uint64 (counts.requests, status == 503 ? 2 : 1);
}
GST_END_TEST;

/* There is no answer to tell of. */
GST_START_TEST (test_no_server)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (&(RfTestServerConfig){ .size = 1 });
  g_autoptr (GstStructure) details = NULL;
  g_autoptr (GError) refused = NULL;
  g_autoptr (GError) unknown = NULL;

  rf_test_server_stop_listening (server);
  refused = fail_to_read (rf_test_server_get_uri (server), 15, 1, &details);
  fail_unless (g_error_matches (refused, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ), "%s",
               refused->message);
  fail_unless (details == NULL);
  unknown = fail_to_read ("http://user:" SECRET "@host.invalid/?" SECRET, 15, 1, &details);
  fail_unless (g_error_matches (unknown, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND), "%s",
               unknown->message);
  fail_unless (details == NULL);
  fail_unless (strstr (unknown->message, "host.invalid") != NULL, "%s", unknown->message);
  fail_if (strstr (unknown->message, SECRET) != NULL, "%s", unknown->message);
}
GST_END_TEST;

/* What the server does where it fails. */
typedef enum
{
  END_SILENT,
  END_CLOSED,
  END_LAST,
} End;

typedef struct
{
  End end;
  guint64 size; /* of what is sent first; 0: not even a head */
} Failure;

static gboolean
fail_there (const RfTestScriptRequest *request, gpointer data)
{
  const Failure *failure = data;

  if (request->start < failure->size)
    {
      g_autofree char *head = g_strdup_printf ("HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\n"
                                               "Content-Length: 1000\r\n"
                                               "Content-Range: bytes 0-999/1000\r\n\r\n");

      if (!rf_test_script_say (request, head)
          || !rf_test_script_say_content (request, 0, failure->size))
        return FALSE;
    }
  return failure->end == END_SILENT && rf_test_script_hang (request);
}

/* Before the resource is known it is the opening that fails, and later the reading. */
GST_START_TEST (test_opening_and_reading)
{
  static const struct
  {
    guint64 size;
    GstResourceError code;
  } stages[] = { { 0, GST_RESOURCE_ERROR_OPEN_READ }, { 100, GST_RESOURCE_ERROR_READ } };

  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      Failure failure = { (End)__i__, stages[i].size };
      g_autoptr (RfTestScript) script = rf_test_script_new (fail_there, &failure);
      g_autoptr (GError) error = fail_to_read (rf_test_script_get_uri (script), 1, 1, NULL);

      fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, stages[i].code), "%u: %s", i,
                   error->message);
    }
}
GST_END_TEST;

/* The connection is refused once the resource is known. */
GST_START_TEST (test_server_that_goes_away)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 64 * MIB, .version = 1, .rate = 65536 });
  GstElement *pipeline = rf_test_pipeline_new ("location", rf_test_server_get_uri (server),
                                               "retries", 1, "retry-backoff-factor", 0.0, NULL);
  g_autoptr (GError) error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND),
                          GST_STATE_CHANGE_SUCCESS);
  rf_test_server_stop_listening (server);
  rf_test_server_close_connections (server);
  error = rf_test_run_to_end (pipeline);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ), "%s",
               error != NULL ? error->message : "no error");
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST;

/* A signature in the target is for the server there, not for who reads messages. */
GST_START_TEST (test_redirection)
{
  g_autoptr (RfTestServer) target
      = rf_test_server_new (&(RfTestServerConfig){ .mode = RF_TEST_SERVER_STATUS, .status = 404 });
  g_autofree char *leads_to = g_strdup_printf ("http://user:" SECRET "@127.0.0.1:%u/object?" SECRET,
                                               rf_test_server_get_port (target));
  g_autofree char *shown = g_strdup_printf ("%s?…", rf_test_server_get_uri (target));
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .redirect_to = leads_to });
  g_autofree char *location
      = g_strdup_printf ("http://127.0.0.1:%u/redirect", rf_test_server_get_port (server));
  g_autoptr (GstStructure) details = NULL;
  g_autoptr (GError) error = fail_to_read (location, 15, 1, &details);
  guint status;

  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND), "%s",
               error->message);
  fail_if (strstr (error->message, SECRET) != NULL, "%s", error->message);
  fail_unless (details != NULL && gst_structure_get_uint (details, "http-status-code", &status));
  fail_unless_equals_int (status, 404);
  fail_unless_equals_string (gst_structure_get_string (details, "http-redirect-uri"), shown);
}
GST_END_TEST;

static Suite *
ringfetchsrc_errors_suite (void)
{
  Suite *suite = suite_create ("ringfetchsrc-errors");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_set_timeout (chain, 60);
  tcase_add_loop_test (chain, test_status, 0, G_N_ELEMENTS (statuses));
  tcase_add_test (chain, test_no_server);
  tcase_add_loop_test (chain, test_opening_and_reading, 0, END_LAST);
  tcase_add_test (chain, test_server_that_goes_away);
  tcase_add_test (chain, test_redirection);
  return suite;
}

GST_CHECK_MAIN (ringfetchsrc_errors);
