/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-reader.h"

#include "rf-test-content.h"

/* No server of a test is silent for so long unless it means it. A sanitizer takes its time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TIMEOUT_SECONDS 10
#else
#define TIMEOUT_SECONDS 3
#endif

RfReader *
rf_test_reader_new (const char *uri, const RfTestSettings *settings)
{
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (GError) error = NULL;
  RfReader *reader;

  rf_options_set_num_workers (options, settings->workers);
  rf_options_set_num_slots (options, settings->slots);
  rf_options_set_slot_size (options, settings->slot_size);
  rf_options_set_shm_name (options, settings->shm_name);
  rf_options_set_timeout (options, settings->timeout != 0 ? settings->timeout : TIMEOUT_SECONDS);
  if (settings->retries != 0)
    rf_options_set_retries (options, settings->retries);
  reader = rf_reader_new (settings->session, uri, options, NULL, &error);
  g_assert_no_error (error);
  return reader;
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
