/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is chosen where nothing is asked for, and that a setting is kept. test-options-check.c has
 * which settings are refused. */

#include "rf-location-private.h"
#include "rf-options-private.h"

#include "rf-error.h"

#define MIB ((gsize)1 << 20)

static RfGeometry
decide (guint num_workers, guint num_slots, guint64 slot_size)
{
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (GError) error = NULL;
  RfGeometry geometry;

  rf_options_set_num_workers (options, num_workers);
  rf_options_set_num_slots (options, num_slots);
  rf_options_set_slot_size (options, slot_size);
  g_assert_true (rf_options_decide_geometry (options, &geometry, &error));
  g_assert_no_error (error);
  return geometry;
}

static void
test_choices (void)
{
  static const struct
  {
    guint num_workers;
    guint num_slots;
    gsize slot_size;
  } choices[] = {
    { 1, 4, 4 * MIB },    { 8, 32, 4 * MIB },   { 16, 64, 4 * MIB },
    { 32, 128, 2 * MIB }, { 64, 128, 2 * MIB }, { 128, 256, MIB },
  };
  RfGeometry geometry = decide (0, 0, 0);

  /* As many as it may come to. */
  g_assert_cmpuint (geometry.num_workers, ==, 64);
  g_assert_cmpuint (geometry.num_slots, ==, 128);
  g_assert_cmpuint (geometry.slot_size, ==, 2 * MIB);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      geometry = decide (choices[i].num_workers, 0, 0);
      g_assert_cmpuint (geometry.num_slots, ==, choices[i].num_slots);
      g_assert_cmpuint (geometry.slot_size, ==, choices[i].slot_size);
    }
  for (guint workers = 1; workers <= 256; workers++)
    {
      geometry = decide (workers, 0, 0);
      g_assert_cmpuint (geometry.num_slots * geometry.slot_size, <=, 256 * MIB);
      g_assert_cmpuint (geometry.num_slots, >=, MIN (4 * workers, 128));
      g_assert_cmpuint (geometry.num_slots, >=, 2 * workers);
    }

  geometry = decide (0, 3, 0);
  g_assert_cmpuint (geometry.num_slots, ==, 3);
  g_assert_cmpuint (geometry.slot_size, ==, 4 * MIB);
  geometry = decide (0, 0, 64 * MIB);
  g_assert_cmpuint (geometry.num_slots, ==, 4);
}

/* It is paid for as a whole. */
static void
test_named (void)
{
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (GError) error = NULL;
  RfGeometry geometry;

  rf_options_set_num_workers (options, 8);
  rf_options_set_shm_name (options, "/named");
  g_assert_true (rf_options_decide_geometry (options, &geometry, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (geometry.num_slots, ==, 32);
  g_assert_cmpuint (geometry.slot_size, ==, 2 * MIB);
}

static void
check_refused (guint num_workers, guint num_slots, guint64 slot_size)
{
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (GError) error = NULL;
  RfGeometry geometry;

  rf_options_set_num_workers (options, num_workers);
  rf_options_set_num_slots (options, num_slots);
  rf_options_set_slot_size (options, slot_size);
  g_assert_false (rf_options_decide_geometry (options, &geometry, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
}

static void
test_refusals (void)
{
  check_refused (257, 0, 0);
  check_refused (G_MAXUINT, 0, 0);
  check_refused (0, 0, 1);
  check_refused (0, 0, 4095);
  check_refused (0, G_MAXUINT, G_MAXUINT64);
  check_refused (0, 2, G_MAXINT64);
}

/* Each setting as it is set, after a copy, and with what was given gone. */
static void
test_copies (void)
{
  static const struct
  {
    const char *(*get) (const RfOptions *self);
    void (*set) (RfOptions *self, const char *value);
    const char *initially;
  } strings[] = {
    { rf_options_get_shm_name, rf_options_set_shm_name, NULL },
    { rf_options_get_user_agent, rf_options_set_user_agent, "RingFetch/" RF_VERSION },
    { rf_options_get_user_id, rf_options_set_user_id, NULL },
    { rf_options_get_user_pw, rf_options_set_user_pw, NULL },
    { rf_options_get_bearer_token, rf_options_set_bearer_token, NULL },
    { rf_options_get_proxy, rf_options_set_proxy, NULL },
    { rf_options_get_proxy_id, rf_options_set_proxy_id, NULL },
    { rf_options_get_proxy_pw, rf_options_set_proxy_pw, NULL },
    { rf_options_get_ssl_ca_file, rf_options_set_ssl_ca_file, NULL },
    { rf_options_get_ssl_cert_file, rf_options_set_ssl_cert_file, NULL },
    { rf_options_get_ssl_key_file, rf_options_set_ssl_key_file, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      RfOptions *options = rf_options_new ();
      g_autoptr (RfOptions) copy = NULL;
      char value[] = "x-value";

      g_assert_cmpstr (strings[i].get (options), ==, strings[i].initially);
      strings[i].set (options, value);
      value[0] = 'y';
      g_assert_cmpstr (strings[i].get (options), ==, "x-value");
      strings[i].set (options, strings[i].get (options) + 2);
      copy = rf_options_copy (options);
      rf_options_free (options);
      g_assert_cmpstr (strings[i].get (copy), ==, "value");
      strings[i].set (copy, NULL);
      g_assert_null (strings[i].get (copy));
    }
}

static void
test_lists (void)
{
  static const struct
  {
    const char *const *(*get) (const RfOptions *self);
    void (*set) (RfOptions *self, const char *const *value);
  } lists[] = {
    { rf_options_get_extra_headers, rf_options_set_extra_headers },
    { rf_options_get_cookies, rf_options_set_cookies },
  };
  static const char *const none[] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      RfOptions *options = rf_options_new ();
      g_autoptr (RfOptions) copy = NULL;
      char first[] = "first";
      const char *const value[] = { first, "second", NULL };

      g_assert_null (lists[i].get (options));
      lists[i].set (options, value);
      first[0] = 'x';
      lists[i].set (options, lists[i].get (options));
      copy = rf_options_copy (options);
      rf_options_free (options);
      g_assert_cmpstr (lists[i].get (copy)[0], ==, "first");
      g_assert_cmpstr (lists[i].get (copy)[1], ==, "second");
      g_assert_null (lists[i].get (copy)[2]);
      lists[i].set (copy, none);
      g_assert_null (lists[i].get (copy));
      lists[i].set (copy, value);
      lists[i].set (copy, NULL);
      g_assert_null (lists[i].get (copy));
    }
}

static void
test_numbers (void)
{
  RfOptions *options = rf_options_new ();
  g_autoptr (RfOptions) copy = NULL;

  g_assert_cmpuint (rf_options_get_max_bandwidth (options), ==, 0);
  g_assert_cmpuint (rf_options_get_timeout (options), ==, 15);
  g_assert_cmpint (rf_options_get_retries (options), ==, 8);
  g_assert_cmpfloat (rf_options_get_retry_backoff_factor (options), ==, 0.1);
  g_assert_cmpfloat (rf_options_get_retry_backoff_max (options), ==, 10.0);
  g_assert_true (rf_options_get_automatic_redirect (options));
  g_assert_cmpint (rf_options_get_max_redirect (options), ==, 10);
  g_assert_true (rf_options_get_ssl_strict (options));
  g_assert_cmpint (rf_options_get_http_version (options), ==, RF_HTTP_VERSION_1_1);

  rf_options_set_max_bandwidth (options, (guint64)1 << 40);
  rf_options_set_retries (options, -1);
  rf_options_set_retry_backoff_factor (options, 0.0);
  rf_options_set_retry_backoff_max (options, 2.5);
  rf_options_set_automatic_redirect (options, FALSE);
  rf_options_set_max_redirect (options, -1);
  rf_options_set_ssl_strict (options, FALSE);
  rf_options_set_http_version (options, RF_HTTP_VERSION_2);
  g_assert_true (rf_options_check (options, NULL));
  copy = rf_options_copy (options);
  rf_options_free (options);
  g_assert_cmpuint (rf_options_get_max_bandwidth (copy), ==, (guint64)1 << 40);
  g_assert_cmpint (rf_options_get_retries (copy), ==, -1);
  g_assert_cmpfloat (rf_options_get_retry_backoff_factor (copy), ==, 0.0);
  g_assert_cmpfloat (rf_options_get_retry_backoff_max (copy), ==, 2.5);
  g_assert_false (rf_options_get_automatic_redirect (copy));
  g_assert_cmpint (rf_options_get_max_redirect (copy), ==, -1);
  g_assert_false (rf_options_get_ssl_strict (copy));
  g_assert_cmpint (rf_options_get_http_version (copy), ==, RF_HTTP_VERSION_2);
}

static void
test_locations (void)
{
  static const char *const bad[]
      = { "",           "object",       "ftp://host/",        "http:///path",       "http://",
          "file:///x",  "http://a b/",  "http://host/\r\nX:", "http://host:99999/", "//host/path",
          "http://[::", "mailto:a@b.c", "http://h/\xc3\xa9" };
  g_autoptr (GError) error = NULL;
  g_autoptr (RfLocation) location = NULL;

  g_assert_null (rf_location_new (NULL, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_LOCATION);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      if (rf_location_new (bad[i], &error) != NULL)
        g_error ("accepted \"%s\"", bad[i]);
      g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_LOCATION);
      g_clear_error (&error);
    }

  location = rf_location_new ("HTTP://user:secret@[::1]:81/a%20b?sig=secret#part", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rf_location_get_uri (location), ==,
                   "http://user:secret@[::1]:81/a%20b?sig=secret");
  g_assert_null (strstr (rf_location_get_display (location), "secret"));
}

/* The name is what bindings find the domain by. */
static void
test_error_domain (void)
{
  g_assert_cmpstr (g_quark_to_string (RF_ERROR), ==, "rf-error-quark");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/choices", test_choices);
  g_test_add_func ("/options/named", test_named);
  g_test_add_func ("/options/refusals", test_refusals);
  g_test_add_func ("/options/copies", test_copies);
  g_test_add_func ("/options/lists", test_lists);
  g_test_add_func ("/options/numbers", test_numbers);
  g_test_add_func ("/options/locations", test_locations);
  g_test_add_func ("/options/error-domain", test_error_domain);
  return g_test_run ();
}
