/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-reader.h"

#include "rf-test-content.h"

#include <string.h>

/* No server of a test is silent for so long unless it means it. A sanitizer takes its time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TIMEOUT_SECONDS 10
#else
#define TIMEOUT_SECONDS 3
#endif

/* What may come at once with max-bandwidth: a quarter of a second's worth, but a part is not smaller than
 * this. */
#define BURSTS_PER_SECOND 4
#define MIN_PART ((guint64)16 * 1024)

/* That is where requests with a user go, whom no server of these tests asks for. */
gboolean
rf_test_reader_uses_curl (void)
{
  return g_strcmp0 (g_getenv ("RF_TEST_TRANSPORT"), "curl") == 0;
}

RfOptions *
rf_test_reader_new_options (const RfTestSettings *settings)
{
  RfOptions *options = rf_options_new ();

  rf_options_set_num_workers (options, settings->workers);
  rf_options_set_num_slots (options, settings->slots);
  rf_options_set_slot_size (options, settings->slot_size);
  rf_options_set_shm_name (options, settings->shm_name);
  rf_options_set_timeout (options, settings->timeout != 0 ? settings->timeout : TIMEOUT_SECONDS);
  if (settings->retries != 0)
    rf_options_set_retries (options, settings->retries);
  if (rf_test_reader_uses_curl ())
    {
      rf_options_set_user_id (options, "secret");
      rf_options_set_user_pw (options, "secret");
    }
  return options;
}

RfReader *
rf_test_reader_new (const char *uri, const RfTestSettings *settings)
{
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);
  g_autoptr (GError) error = NULL;
  RfReader *reader = rf_reader_new (settings->session, uri, options, NULL, &error);

  g_assert_no_error (error);
  return reader;
}

RfSession *
rf_test_reader_new_session (guint max_connections_per_host)
{
  RfSession *session = rf_session_new (NULL);

  rf_session_set_max_connections_per_host (session, max_connections_per_host);
  return session;
}

RfReader *
rf_test_reader_new_alone (const char *uri, const RfOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RfSession) session = rf_session_new (&error);
  RfReader *reader;

  g_assert_no_error (error);
  reader = rf_reader_new (session, uri, options, NULL, &error);
  g_assert_no_error (error);
  return reader;
}

char *
rf_test_reader_add_secrets (const char *uri)
{
  g_assert_true (g_str_has_prefix (uri, "http://"));
  return g_strdup_printf ("http://%s%s?secret=secret",
                          rf_test_reader_uses_curl () ? "secret:secret@" : "",
                          uri + strlen ("http://"));
}

RfReader *
rf_test_reader_new_hasty (const char *uri, const RfTestSettings *settings)
{
  g_autofree char *with_secrets = rf_test_reader_add_secrets (uri);
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);

  rf_options_set_retry_backoff_factor (options, 0);
  return rf_test_reader_new_alone (with_secrets, options);
}

RfReader *
rf_test_reader_new_limited (const char *uri, const RfTestSettings *settings, guint64 rate)
{
  g_autoptr (RfOptions) options = rf_test_reader_new_options (settings);

  rf_options_set_max_bandwidth (options, rate);
  return rf_test_reader_new_alone (uri, options);
}

void
rf_test_reader_expect_rate (gint64 began, guint64 bytes, guint64 rate)
{
  double seconds = (double)(g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  guint64 burst = MAX (rate / BURSTS_PER_SECOND, MIN (rate, MIN_PART));
  double least = (double)(bytes - MIN (bytes, burst)) / (double)rate;

  g_test_message ("%.2f s, at least %.2f", seconds, least);
  g_assert_cmpfloat (seconds, >=, least);
  g_assert_cmpfloat (seconds, <=, 3 * (least + 2));
}

guint64
rf_test_reader_check_until (RfReader *reader, guint64 position, guint64 stop, GError **error)
{
  while (position < stop)
    {
      gsize wanted = (gsize)MIN (stop - position, G_MAXSSIZE);
      g_autoptr (RfLoan) loan = rf_reader_read (reader, wanted, NULL, error);
      const guint8 *data;
      guint64 wrong;
      gsize size;

      if (loan == NULL)
        break;
      data = rf_loan_get_data (loan, &size);
      if (size == 0)
        break;
      g_assert_cmpuint (size, <=, wanted);
      g_assert_cmpuint (rf_loan_get_offset (loan), ==, position);
      if (!rf_test_content_check (1, data, position, size, &wrong))
        g_error ("wrong byte at %" G_GUINT64_FORMAT, wrong);
      position += size;
    }
  return position;
}

guint64
rf_test_reader_check (RfReader *reader, guint64 position, GError **error)
{
  return rf_test_reader_check_until (reader, position, G_MAXUINT64, error);
}

void
rf_test_reader_expect_error (const GError *error, RfError code, const char *words)
{
  g_assert_error (error, RF_ERROR, (int)code);
  g_test_message ("%s", error->message);
  if (strstr (error->message, words) == NULL)
    g_error ("no \"%s\" in \"%s\"", words, error->message);
  if (strstr (error->message, "secret") != NULL)
    g_error ("a secret in \"%s\"", error->message);
}

void
rf_test_reader_expect (const char *uri,
                       const RfTestSettings *settings,
                       const RfTestOutcome *expected)
{
  g_autoptr (RfReader) reader = rf_test_reader_new_hasty (uri, settings);
  g_autoptr (GError) error = NULL;
  guint64 end = rf_test_reader_check (reader, 0, &error);

  if (expected->words != NULL)
    rf_test_reader_expect_error (error, expected->code, expected->words);
  else
    g_assert_no_error (error);
  if (expected->words == NULL || settings->workers == 1)
    g_assert_cmpuint (end, ==, expected->end);
  g_assert_cmpint (rf_reader_is_seekable (reader), ==, expected->seekable);
}
