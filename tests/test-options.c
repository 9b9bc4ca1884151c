/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is chosen where nothing is asked for, and which settings are refused. */

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
  RfGeometry geometry = decide (0, 0, 0);

  g_assert_cmpuint (geometry.num_workers, ==, 8);
  g_assert_cmpuint (geometry.num_slots * geometry.slot_size, <=, 64 * MIB);

  /* One worker too has slots to lend. */
  g_assert_cmpuint (decide (1, 0, 0).num_slots, ==, 4);
  for (guint workers = 1; workers <= 256; workers++)
    {
      geometry = decide (workers, 0, 0);
      g_assert_cmpuint (geometry.num_slots * geometry.slot_size, <=, 64 * MIB);
      g_assert_cmpuint (geometry.num_slots, >=, MIN (workers, 16) + 2);
    }

  geometry = decide (0, 3, 0);
  g_assert_cmpuint (geometry.num_slots, ==, 3);
  g_assert_cmpuint (geometry.slot_size, ==, 4 * MIB);
  geometry = decide (0, 0, 16 * MIB);
  g_assert_cmpuint (geometry.num_slots, ==, 4);
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
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (GError) error = NULL;

  check_refused (257, 0, 0);
  check_refused (G_MAXUINT, 0, 0);
  check_refused (0, 0, 1);
  check_refused (0, 0, 4095);
  check_refused (0, G_MAXUINT, G_MAXUINT64);
  check_refused (0, 2, G_MAXINT64);

  rf_options_set_retries (options, -2);
  g_assert_false (rf_options_check (options, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  rf_options_set_retries (options, -1);
  rf_options_set_user_agent (options, "a\r\nHost: b");
  g_assert_false (rf_options_check (options, &error));
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/choices", test_choices);
  g_test_add_func ("/options/refusals", test_refusals);
  g_test_add_func ("/options/locations", test_locations);
  return g_test_run ();
}
