/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties that say what the requests have in them and who asks: that they get there, and nowhere else. */

#include "rf-test-element.h"
#include "rf-test-script.h"

#include <string.h>

#define SECRET "s3cr3t"

/* The user is "user", the password SECRET. */
#define BASIC "Authorization: Basic dXNlcjpzM2NyM3Q="

/* A server that wants what it is told to want, and remembers what it was sent. */
typedef struct
{
  const char *wanted; /* a field of the request, or 401 with a challenge; NULL: none */
  GMutex lock;
  GString *heads;
} Server;

static gboolean
answer (const RfTestScriptRequest *request, gpointer data)
{
  Server *self = data;

  g_mutex_lock (&self->lock);
  g_string_append (self->heads, request->head);
  g_mutex_unlock (&self->lock);
  if (self->wanted != NULL && !rf_test_script_has_field (request, self->wanted))
    return rf_test_script_say (request, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n"
                                        "WWW-Authenticate: Basic realm=\"all\"\r\n\r\n");
  return rf_test_script_say (request, "HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n"
                                      "Content-Range: bytes 0-0/1\r\n\r\n")
         && rf_test_script_say_content (request, 0, 1);
}

static void
server_init (Server *self, const char *wanted)
{
  *self = (Server){ .wanted = wanted, .heads = g_string_new (NULL) };
  g_mutex_init (&self->lock);
}

static void
server_clear (Server *self)
{
  g_string_free (self->heads, TRUE);
  g_mutex_clear (&self->lock);
}

/* Plays a pipeline that reads from a server, drops it, and returns the heads of its requests. */
static char *
play (const char *wanted, GstElement *pipeline)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  g_autoptr (GError) error = NULL;
  RfTestScript *script;
  Server server;
  char *heads;

  server_init (&server, wanted);
  script = rf_test_script_new (answer, &server);
  g_object_set (element, "location", rf_test_script_get_uri (script), NULL);
  error = rf_test_run_to_end (pipeline);
  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (element);
  gst_object_unref (pipeline);
  rf_test_script_free (script);
  heads = g_strdup (server.heads->str);
  server_clear (&server);
  return heads;
}

/* Plays a pipeline that is to send these lines, one after another, and to get its answer for them. */
static void
assert_sends (const char *lines, GstElement *pipeline)
{
  g_autofree char *heads = play (lines, pipeline);
  g_autofree char *framed = g_strconcat ("\r\n", lines, "\r\n", NULL);

  fail_unless (strstr (heads, framed) != NULL, "%s", heads);
}

GST_START_TEST (test_requests)
{
  static const char *const cookies[] = { "a=b", "c=" SECRET "; d=", NULL };
  static const char *const others[] = { "\r\nAuthorization:", "\r\nCookie:", "\r\nX-" };
  g_autofree char *heads = play (NULL, rf_test_pipeline_new ("retries", 0, NULL));

  fail_unless (strstr (heads, "\r\nUser-Agent: RingFetch/0.1.0\r\n") != NULL, "%s", heads);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    fail_unless (strstr (heads, others[i]) == NULL, "%s", heads);

  assert_sends ("User-Agent: One/1 (two)",
                rf_test_pipeline_new ("user-agent", "One/1 (two)", NULL));
  assert_sends ("Authorization: Bearer " SECRET,
                rf_test_pipeline_new ("bearer-token", SECRET, NULL));
  assert_sends (BASIC, rf_test_pipeline_new ("user-id", "user", "user-pw", SECRET, NULL));
  assert_sends ("Cookie: a=b; c=" SECRET "; d=", rf_test_pipeline_new ("cookies", cookies, NULL));
}
GST_END_TEST;

/* In an array or list, one field for each value. */
static const struct
{
  const char *structure;
  const char *lines;
} headers[] = {
  { "any, X-A=(string)\"a \\\"b\\\" \\303\\251\"", "X-A: a \"b\" \303\251" },
  { "any, X-A=(int)-5, x-b=(boolean)true", "X-A: -5\r\nx-b: TRUE" },
  { "any, X-A=(fraction)1/2, X-B=(string)b", "X-A: 1/2\r\nX-B: b" },
  { "any, X-A=(string)<b, a>, X-B=(int)<1, 2>", "X-A: b\r\nX-A: a\r\nX-B: 1\r\nX-B: 2" },
  { "any, X-A=(string){b, a}, X-B=(int){1}", "X-A: b\r\nX-A: a\r\nX-B: 1" },
  { "any, X-A=<(int)1, (string)b>", "X-A: 1\r\nX-A: b" },
  { "any, X-A=(string)a, X-B=(string)<>, X-C=(string)c", "X-A: a\r\nX-C: c" },
  { "any, Authorization=(string)\"Scheme s3cr3t\", Cookie=(string)\"a=b\"",
    "Authorization: Scheme s3cr3t\r\nCookie: a=b" },
  { "any, User-Agent=(string)One/1", "User-Agent: One/1" },
};

GST_START_TEST (test_extra_headers)
{
  g_autoptr (GstStructure) structure = gst_structure_from_string (headers[__i__].structure, NULL);

  fail_unless (structure != NULL);
  assert_sends (headers[__i__].lines, rf_test_pipeline_new ("extra-headers", structure, NULL));
}
GST_END_TEST;

static const char *const texts[]
    = { "user-agent", "user-id", "user-pw", "bearer-token", "proxy", "proxy-id", "proxy-pw" };

/* A line break would begin another field, or another request. */
GST_START_TEST (test_line_breaks)
{
  static const char *const breaks[]
      = { SECRET "\r\nX-Smuggled: 1", "http://" SECRET "\nx", SECRET "\r" };
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = 1, .version = 1 });
  const char *uri = rf_test_server_get_uri (server);
  RfTestServerCounts counts;

  for (guint i = 0; i < G_N_ELEMENTS (breaks); i++)
    {
      const char *cookies[] = { "a=b", breaks[i], NULL };
      g_autofree char *cookie = g_strconcat ("a=", breaks[i], NULL);
      g_autoptr (GstStructure) value
          = gst_structure_new ("any", "X-A", G_TYPE_STRING, breaks[i], NULL);
      g_autoptr (GstStructure) name
          = gst_structure_new ("any", breaks[i], G_TYPE_STRING, "value", NULL);

      for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
        rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, texts[k], breaks[i]);
      rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "extra-headers", value);
      rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "extra-headers", name);
      rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "cookies", cookies);
      cookies[1] = cookie;
      rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", uri, "cookies", cookies);
    }
  rf_test_server_get_counts (server, &counts);
  fail_unless_equals_uint64 (counts.connections, 0);
}
GST_END_TEST;

/* A structure of an array of one value. Takes the value. */
static GstStructure *
new_array_header (GValue *value)
{
  GstStructure *structure = gst_structure_new_empty ("any");
  g_auto (GValue) array = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  gst_value_array_append_and_take_value (&array, value);
  gst_structure_take_value (structure, "X-A", &array);
  return structure;
}

static void
assert_headers_refused (GstStructure *refused, const char *user)
{
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", "http://127.0.0.1:1/",
                        "extra-headers", refused, "user-id", user);
  gst_structure_free (refused);
}

/* A field that cannot be sent is not left out. */
GST_START_TEST (test_refused_headers)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  GValue null_string = G_VALUE_INIT;
  GValue nested = G_VALUE_INIT;

  g_value_init (&null_string, G_TYPE_STRING);
  g_value_init (&nested, GST_TYPE_ARRAY);
  assert_headers_refused (gst_structure_new ("any", "Range", G_TYPE_STRING, "bytes=0-", NULL),
                          NULL);
  assert_headers_refused (gst_structure_new ("any", "host", G_TYPE_STRING, "other", NULL), NULL);
  assert_headers_refused (gst_structure_new ("any", "X A", G_TYPE_STRING, "a", NULL), NULL);
  assert_headers_refused (gst_structure_new ("any", "X-A: a", G_TYPE_STRING, "b", NULL), NULL);
  assert_headers_refused (gst_structure_new ("any", "X-A", G_TYPE_STRING, NULL, NULL), NULL);
  assert_headers_refused (gst_structure_new ("any", "X-A", G_TYPE_POINTER, buffer, NULL), NULL);
  assert_headers_refused (gst_structure_new ("any", "X-A", GST_TYPE_BUFFER, buffer, NULL), NULL);
  assert_headers_refused (new_array_header (&null_string), NULL);
  assert_headers_refused (new_array_header (&nested), NULL);
  assert_headers_refused (gst_structure_new ("any", "authorization", G_TYPE_STRING, "a", NULL),
                          "user");
  rf_test_assert_fails (GST_RESOURCE_ERROR_SETTINGS, "location", "http://127.0.0.1:1/",
                        "bearer-token", SECRET, "user-id", "user");
}
GST_END_TEST;

/* The first start fails for a header; without it, the same element goes on. */
GST_START_TEST (test_start_after_refusal)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = MIB, .version = 1 });
  g_autoptr (GstStructure) range = gst_structure_new ("any", "Range", G_TYPE_STRING, "x", NULL);
  GstElement *pipeline = rf_test_pipeline_new ("location", rf_test_server_get_uri (server),
                                               "extra-headers", range, NULL);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  g_autoptr (GError) error = rf_test_run_to_end (pipeline);

  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_object_set (element, "extra-headers", NULL, NULL);
  fail_unless (rf_test_run_to_end (pipeline) == NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (element);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static GstPadProbeReturn
count_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_atomic_int_inc ((int *)data);
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (test_redirection_that_is_not_followed)
{
  static const char target[] = "http://other.invalid/object?" SECRET;
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .redirect_to = target });
  g_autofree char *location
      = g_strdup_printf ("http://127.0.0.1:%u/redirect", rf_test_server_get_port (server));
  GstElement *pipeline
      = rf_test_pipeline_new ("location", location, "automatic-redirect", FALSE, NULL);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  GstPad *pad = gst_element_get_static_pad (element, "src");
  GstQuery *query = gst_query_new_uri ();
  g_autofree char *uri = NULL;
  g_autofree char *redirection = NULL;
  RfTestServerCounts counts;
  int num_buffers = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_buffer, &num_buffers, NULL);
  fail_unless (rf_test_run_to_end (pipeline) == NULL);
  fail_unless (gst_element_query (element, query));
  gst_query_parse_uri (query, &uri);
  gst_query_parse_uri_redirection (query, &redirection);
  fail_unless_equals_string (uri, location);
  fail_unless_equals_string (redirection, target);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (num_buffers, 0);
  rf_test_server_get_counts (server, &counts);
  fail_unless_equals_uint64 (counts.requests, 1);
  gst_query_unref (query);
  gst_object_unref (pad);
  gst_object_unref (element);
  gst_object_unref (pipeline);
}
GST_END_TEST;

GST_START_TEST (test_reading_back)
{
  static const char *const unreadable[]
      = { "user-pw", "proxy-pw", "bearer-token", "cookies", "extra-headers" };
  static const char uri[] = "HTTP://user:" SECRET "@host/a@b?" SECRET "#part";
  GstElement *element = gst_element_factory_make ("ringfetchsrc", NULL);
  g_autofree char *location = NULL;
  g_autofree char *proxy = NULL;
  g_autofree char *whole = NULL;
  guint64 bandwidth;
  double factor;
  int version;

  for (guint i = 0; i < G_N_ELEMENTS (unreadable); i++)
    {
      GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), unreadable[i]);

      fail_unless (spec != NULL, "%s", unreadable[i]);
      fail_if (spec->flags & G_PARAM_READABLE, "%s", unreadable[i]);
    }
  g_object_set (element, "location", uri, "proxy", "http://user:" SECRET "@proxy:3128", NULL);
  g_object_get (element, "location", &location, "proxy", &proxy, NULL);
  fail_unless_equals_string (location, "HTTP://host/a@b?…");
  fail_unless_equals_string (proxy, "http://proxy:3128");
  whole = gst_uri_handler_get_uri (GST_URI_HANDLER (element));
  fail_unless_equals_string (whole, uri);

  g_object_set (element, "max-bandwidth", G_MAXUINT64, NULL);
  g_object_get (element, "max-bandwidth", &bandwidth, NULL);
  fail_unless_equals_uint64 (bandwidth, G_MAXUINT64);
  g_object_get (element, "retry-backoff-factor", &factor, "http-version", &version, NULL);
  fail_unless_equals_float (factor, 0.1);
  fail_unless_equals_int (version, 1);
  gst_util_set_object_arg (G_OBJECT (element), "http-version", "2");
  g_object_get (element, "http-version", &version, NULL);
  fail_unless_equals_int (version, 2);
  gst_util_set_object_arg (G_OBJECT (element), "http-version", "1.1");
  g_object_get (element, "http-version", &version, NULL);
  fail_unless_equals_int (version, 1);
  gst_object_unref (element);
}
GST_END_TEST;

/* What the element logs. */
static struct
{
  GMutex lock;
  guint count;
  GString *text;
} logged;

static void
on_log (GstDebugCategory *category,
        GstDebugLevel level,
        const char *file,
        const char *function,
        int line,
        GObject *object,
        GstDebugMessage *message,
        gpointer data)
{
  if (strcmp (gst_debug_category_get_name (category), "ringfetchsrc") != 0)
    return;
  g_mutex_lock (&logged.lock);
  logged.count++;
  g_string_append_printf (logged.text, "%s\n", gst_debug_message_get (message));
  g_mutex_unlock (&logged.lock);
}

/* An element that has every secret there can be. */
static GstElement *
new_secretive_pipeline (const char *location, gboolean has_token)
{
  static const char *const cookies[] = { "a=" SECRET, NULL };
  g_autoptr (GstStructure) fields = gst_structure_new ("any", "X-A", G_TYPE_STRING, SECRET, NULL);

  return rf_test_pipeline_new (
      "location", location, "cookies", cookies, "extra-headers", fields, "retries", 0, "proxy",
      has_token ? "" : "http://user:" SECRET "@127.0.0.1:1", "proxy-id", "user", "proxy-pw", SECRET,
      has_token ? "bearer-token" : "user-pw", SECRET, NULL);
}

static void
assert_no_secret (const char *where, const char *text)
{
  fail_unless (text != NULL, "%s", where);
  fail_if (strstr (text, SECRET) != NULL, "%s: %s", where, text);
}

/* A request that is refused, and one that does not get there. */
GST_START_TEST (test_secrets)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .mode = RF_TEST_SERVER_STATUS, .status = 403 });
  g_autofree char *location = g_strdup_printf ("http://user:" SECRET "@127.0.0.1:%u/object?" SECRET,
                                               rf_test_server_get_port (server));
  GstElement *pipeline = new_secretive_pipeline (location, __i__ != 0);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  g_autofree char *drawing = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *stats_text = NULL;
  g_autoptr (GstStructure) stats = NULL;

  logged.text = g_string_new (NULL);
  gst_debug_add_log_function (on_log, NULL, NULL);
  gst_debug_set_threshold_for_name ("ringfetchsrc", GST_LEVEL_MEMDUMP);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  drawing = gst_debug_bin_to_dot_data (GST_BIN (pipeline), GST_DEBUG_GRAPH_SHOW_ALL);
  g_object_get (element, "stats", &stats, NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_debug_set_threshold_for_name ("ringfetchsrc", GST_LEVEL_NONE);
  gst_debug_remove_log_function (on_log);

  shown = gst_structure_to_string (gst_message_get_structure (message));
  stats_text = gst_structure_to_string (stats);
  assert_no_secret ("error", error->message);
  assert_no_secret ("debug", debug);
  assert_no_secret ("message", shown);
  assert_no_secret ("drawing", drawing);
  assert_no_secret ("statistics", stats_text);
  assert_no_secret ("log", logged.text->str);
  fail_unless (strstr (drawing, "127.0.0.1") != NULL, "%s", drawing);
  fail_unless (logged.count > 0);
  g_string_free (logged.text, TRUE);
  gst_object_unref (element);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static Suite *
ringfetchsrc_access_suite (void)
{
  Suite *suite = suite_create ("ringfetchsrc-access");
  TCase *chain = tcase_create ("general");

  suite_add_tcase (suite, chain);
  tcase_set_timeout (chain, 60);
  tcase_add_test (chain, test_requests);
  tcase_add_loop_test (chain, test_extra_headers, 0, G_N_ELEMENTS (headers));
  tcase_add_test (chain, test_line_breaks);
  tcase_add_test (chain, test_refused_headers);
  tcase_add_test (chain, test_start_after_refusal);
  tcase_add_test (chain, test_redirection_that_is_not_followed);
  tcase_add_test (chain, test_reading_back);
  tcase_add_loop_test (chain, test_secrets, 0, 2);
  return suite;
}

GST_CHECK_MAIN (ringfetchsrc_access);
