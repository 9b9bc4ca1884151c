/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What docs/answers.md says of requests that fail: how often they are repeated, how long that waits, and
 * when it does not. How the waits are drawn is tested in test-backoff.c, what breaks off in test-breaks.c, and
 * what many readers do together in test-storm.c. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-script.h"
#include "rf-test-server.h"

#include <netdb.h>
#include <string.h>

#define SLOT_SIZE 65536
#define SIZE (3 * SLOT_SIZE)

/* Long for a busy machine, but not for a reader that waits. */
#define AT_ONCE (2 * G_TIME_SPAN_SECOND)

/* Nobody has drawn so short a wait from this that it is not cut at its bound. */
#define NEVER 1e9

static const RfTestSettings one_worker = { .workers = 1, .slots = 4, .slot_size = SLOT_SIZE };

/* Stands before that of the C library, so that no name server is asked: there are no names. */
int
getaddrinfo (const char *name,
             const char *service,
             const struct addrinfo *hints,
             struct addrinfo **result)
{
  *result = NULL;
  return EAI_NONAME;
}

/* One worker that does not wait between requests. */
static RfOptions *
new_options (guint timeout, int retries)
{
  RfOptions *options = rf_test_reader_new_options (&one_worker);

  rf_options_set_timeout (options, timeout);
  rf_options_set_retries (options, retries);
  rf_options_set_retry_backoff_factor (options, 0);
  return options;
}

/* What has become of a stream. */
typedef struct
{
  guint64 end;
  GError *error;
  guint status;
  gint64 elapsed;
} Result;

static void
result_clear (Result *self)
{
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static void
read_all (const char *uri, const RfOptions *options, Result *result)
{
  g_autofree char *with_secrets = rf_test_reader_add_secrets (uri);
  g_autoptr (RfReader) reader = rf_test_reader_new_alone (with_secrets, options);
  gint64 began = g_get_monotonic_time ();

  *result = (Result){ 0 };
  result->end = rf_test_reader_check (reader, 0, &result->error);
  result->elapsed = g_get_monotonic_time () - began;
  result->status = rf_reader_get_error_status (reader);
}

static guint64
count_requests (RfTestServer *server)
{
  RfTestServerCounts counts;

  rf_test_server_get_counts (server, &counts);
  return counts.requests;
}

/* Retry-After */

/* All comes, and not before so long. */
static void
check_waits (const RfTestServerConfig *config, const RfOptions *options, gint64 least)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (config);
  g_auto (Result) result = { 0 };

  read_all (rf_test_server_get_uri (server), options, &result);
  g_assert_no_error (result.error);
  g_assert_cmpuint (result.end, ==, SIZE);
  g_assert_cmpint (result.elapsed, >=, least);
}

static void
test_seconds (void)
{
  static const guint statuses[] = { 429, 503 };
  g_autoptr (RfOptions) options = new_options (10, 1);
  g_autoptr (RfOptions) patient = new_options (0, 1);
  RfTestServerConfig config
      = { .size = SIZE, .version = 1, .fail_first = 1, .retry_after_text = "1" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      config.fail_status = statuses[i];
      check_waits (&config, options, G_TIME_SPAN_SECOND);
    }
  /* No other bound is one for it. */
  rf_options_set_retry_backoff_max (patient, 0);
  check_waits (&config, patient, G_TIME_SPAN_SECOND);
  config.fail_first = 0;
  config.fail_every = 3;
  check_waits (&config, options, G_TIME_SPAN_SECOND);
}

static void
test_date (void)
{
  g_autoptr (RfOptions) options = new_options (10, 1);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = g_date_time_add_seconds (now, 2);
  g_autofree char *date = g_date_time_format (then, "%a, %d %b %Y %H:%M:%S GMT");
  RfTestServerConfig config
      = { .size = SIZE, .version = 1, .fail_first = 1, .retry_after_text = date };

  check_waits (&config, options, 0);
  g_assert_cmpint (g_get_real_time () / G_TIME_SPAN_SECOND, >=, g_date_time_to_unix (then));
}

/* Dates that are past, and what is neither a number nor a date. */
static void
test_no_wait (void)
{
  static const char *const texts[] = { "0", "Thu, 01 Jan 1970 00:00:01 GMT", "soon", "-5", "" };
  g_autoptr (RfOptions) options = new_options (10, 1);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (&(RfTestServerConfig){
          .size = SIZE, .version = 1, .fail_first = 1, .retry_after_text = texts[i] });
      g_auto (Result) result = { 0 };

      read_all (rf_test_server_get_uri (server), options, &result);
      g_assert_no_error (result.error);
      g_assert_cmpint (result.elapsed, <, AT_ONCE);
    }
}

static void
test_too_long (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } cases[] = {
    { "31", "Try again after 31 seconds, or raise timeout: " },
    { "Fri, 31 Dec 2100 00:00:00 GMT", "seconds, or raise timeout: " },
  };
  g_autoptr (RfOptions) options = new_options (30, -1);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint every = 1; every <= 3; every += 2)
      {
        g_autoptr (RfTestServer) server = rf_test_server_new (&(RfTestServerConfig){
            .size = SIZE, .version = 1, .fail_every = every, .retry_after_text = cases[i].text });
        g_auto (Result) result = { 0 };

        g_test_message ("%s", cases[i].text);
        read_all (rf_test_server_get_uri (server), options, &result);
        rf_test_reader_expect_error (result.error, RF_ERROR_STATUS, cases[i].words);
        g_assert_true (g_str_has_suffix (result.error->message,
                                         "The server answered 503 Service Unavailable"));
        g_assert_cmpuint (result.status, ==, 503);
        g_assert_cmpuint (result.end, ==, (every - 1) * SLOT_SIZE);
        g_assert_cmpint (result.elapsed, <, AT_ONCE);
        g_assert_cmpuint (count_requests (server), ==, every);
      }
}

/* retries */

/* Asked once, and then so many times more. */
static void
test_retries (void)
{
  static const RfTestServerConfig configs[] = {
    { .size = SIZE, .version = 1, .mode = RF_TEST_SERVER_STATUS },
    { .size = SIZE, .version = 1, .drop_every = 1 },
    { .size = SIZE, .version = 1, .cut_after = 0, .cut_every = 1 },
  };
  static const int retries[] = { 0, 1, 8 };

  for (guint c = 0; c < G_N_ELEMENTS (configs); c++)
    for (guint i = 0; i < G_N_ELEMENTS (retries); i++)
      {
        g_autoptr (RfTestServer) server = rf_test_server_new (&configs[c]);
        g_autoptr (RfOptions) options = new_options (30, retries[i]);
        g_auto (Result) result = { 0 };

        read_all (rf_test_server_get_uri (server), options, &result);
        if (c == 0)
          rf_test_reader_expect_error (result.error, RF_ERROR_STATUS, "503 Service Unavailable");
        else
          rf_test_reader_expect_error (result.error, RF_ERROR_READ, "");
        g_assert_cmpuint (result.status, ==, c == 0 ? 503 : 0);
        g_assert_cmpuint (result.end, ==, 0);
        g_assert_cmpint (result.elapsed, <, AT_ONCE);
        g_assert_cmpuint (count_requests (server), ==, (guint)retries[i] + 1);
      }
}

/* Without a limit it is the timeout that ends it; it tells what the trouble was. */
static void
test_no_limit (void)
{
  g_autoptr (RfTestServer) server = rf_test_server_new (
      &(RfTestServerConfig){ .size = SIZE, .version = 1, .mode = RF_TEST_SERVER_STATUS });
  g_autoptr (RfOptions) options = new_options (1, -1);
  g_auto (Result) result = { 0 };

  read_all (rf_test_server_get_uri (server), options, &result);
  rf_test_reader_expect_error (result.error, RF_ERROR_TIMED_OUT,
                               "at last because: The server answered 503 Service Unavailable");
  g_assert_cmpint (result.elapsed, >=, G_TIME_SPAN_SECOND);
  g_assert_cmpuint (count_requests (server), >, 20);
}

/* Of three requests one breaks off after some bytes, and two fail. */
static gboolean
answer_little (const RfTestScriptRequest *request, gpointer unused)
{
  guint64 end = MIN (request->end, request->start + SLOT_SIZE / 4);
  g_autofree char *length = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n",
                                             MIN (request->end, SIZE) - request->start);

  if (request->number % 3 != 0)
    return rf_test_script_say_status (request, "503 Service Unavailable", "");
  rf_test_script_say_part (request, SIZE, length);
  rf_test_script_say_content (request, request->start, end);
  return FALSE;
}

static void
test_bytes_begin_a_new_row (void)
{
  g_autoptr (RfTestScript) good = rf_test_script_new (answer_little, NULL);
  g_autoptr (RfTestScript) bad = rf_test_script_new (answer_little, NULL);
  g_autoptr (RfOptions) options = new_options (10, 2);
  g_auto (Result) result = { 0 };
  g_auto (Result) broken = { 0 };

  read_all (rf_test_script_get_uri (good), options, &result);
  g_assert_no_error (result.error);
  g_assert_cmpuint (result.end, ==, SIZE);

  rf_options_set_retries (options, 1);
  read_all (rf_test_script_get_uri (bad), options, &broken);
  rf_test_reader_expect_error (broken.error, RF_ERROR_STATUS, "503 Service Unavailable");
  g_assert_cmpuint (broken.end, ==, SLOT_SIZE / 4);
}

/* The waits between requests */

static void
set_backoff (RfOptions *options, double factor, double max)
{
  rf_options_set_retry_backoff_factor (options, factor);
  rf_options_set_retry_backoff_max (options, max);
}

static void
test_short_waits (void)
{
  static const struct
  {
    double factor;
    double max;
  } cases[] = { { 0, NEVER }, { NEVER, 0 }, { NEVER, 0.001 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (
          &(RfTestServerConfig){ .size = SIZE, .version = 1, .fail_first = 60 });
      g_autoptr (RfOptions) options = new_options (30, -1);
      g_auto (Result) result = { 0 };

      set_backoff (options, cases[i].factor, cases[i].max);
      read_all (rf_test_server_get_uri (server), options, &result);
      g_assert_no_error (result.error);
      g_assert_cmpint (result.elapsed, <, AT_ONCE);
    }
}

/* What has brought 64 KiB, or half of what it was for, is followed at once. */
static void
test_progress_does_not_wait (void)
{
  static const struct
  {
    guint64 slot_size;
    guint64 cut_after;
  } cases[] = { { 256 * 1024, 64 * 1024 }, { 4096, 2048 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RfTestServer) server = rf_test_server_new (&(RfTestServerConfig){
          .size = 12 * cases[i].slot_size, .version = 1, .cut_after = cases[i].cut_after });
      g_autoptr (RfOptions) options = new_options (30, 1);
      g_auto (Result) result = { 0 };

      rf_options_set_slot_size (options, cases[i].slot_size);
      set_backoff (options, NEVER, NEVER);
      read_all (rf_test_server_get_uri (server), options, &result);
      g_assert_no_error (result.error);
      g_assert_cmpuint (result.end, ==, 12 * cases[i].slot_size);
    }
}

/* Less than that waits, but no wait takes more than a third of the timeout. */
static void
test_less_waits (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1, .cut_after = 1000 });
  g_autoptr (RfOptions) options = new_options (3, 8);
  g_autoptr (RfReader) reader = NULL;
  gint64 began = g_get_monotonic_time ();

  set_backoff (options, NEVER, NEVER);
  reader = rf_test_reader_new_alone (rf_test_server_get_uri (server), options);
  g_assert_cmpuint (rf_test_reader_check_until (reader, 0, 1001, NULL), ==, 1001);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, G_TIME_SPAN_SECOND);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 3 * G_TIME_SPAN_SECOND);
}

/* Who is not there when the stream begins */

static void
check_unreachable (const char *uri, RfError code)
{
  g_autoptr (RfOptions) options = new_options (60, 8);
  g_autoptr (RfReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  set_backoff (options, NEVER, NEVER);
  rf_options_set_proxy (options, "");
  reader = rf_test_reader_new_alone (uri, options);
  g_assert_false (rf_reader_open (reader, NULL, &error));
  rf_test_reader_expect_error (error, code, "");
  g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE);
}

static void
test_unreachable (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
  g_autofree char *uri = rf_test_reader_add_secrets (rf_test_server_get_uri (server));

  rf_test_server_stop_listening (server);
  check_unreachable (uri, RF_ERROR_CONNECT);
  check_unreachable ("http://secret:secret@host.invalid/?secret", RF_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/waits/retry-after/seconds", test_seconds);
  g_test_add_func ("/waits/retry-after/date", test_date);
  g_test_add_func ("/waits/retry-after/no-wait", test_no_wait);
  g_test_add_func ("/waits/retry-after/too-long", test_too_long);
  g_test_add_func ("/waits/retries", test_retries);
  g_test_add_func ("/waits/no-limit", test_no_limit);
  g_test_add_func ("/waits/bytes-begin-a-new-row", test_bytes_begin_a_new_row);
  g_test_add_func ("/waits/short-waits", test_short_waits);
  g_test_add_func ("/waits/progress-does-not-wait", test_progress_does_not_wait);
  g_test_add_func ("/waits/less-waits", test_less_waits);
  g_test_add_func ("/waits/unreachable", test_unreachable);
  return g_test_run ();
}
