/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How large a part is: rate × latency, as far as that pays and there is memory for it. */

#include "rf-part-size-private.h"

#define MS G_TIME_SPAN_MILLISECOND
#define KIB ((gsize)1024)
#define MIB (1024 * KIB)

/* What the tuner takes for near. */
#define NEAR (2 * MS)

static RfPartSizeCase
make_case (gint64 first_byte, double rate)
{
  return (RfPartSizeCase){ .present = MIB,
                           .most = 4 * MIB,
                           .first_byte = first_byte,
                           .shortest_wait = first_byte > 0 ? first_byte : G_MAXINT64,
                           .near = NEAR,
                           .rate = (guint64)rate };
}

static void
test_networks (void)
{
  static const struct
  {
    gint64 first_byte;
    double rate;
    gsize size;
  } networks[] = {
    { 0, 0, MIB },
    { 20 * MS, 0, MIB },
    { 0, 5.0 * MIB, MIB },
    { 100 * MS, 5.0 * MIB, 2 * MIB },
    { 20 * MS, 4.0 * MIB, 10 * 64 * KIB },
    { 20 * MS, 20.0 * MIB, 2 * MIB },
    { 20 * MS, 75.0 * MIB, 3 * MIB },
    { 100 * MS, 20.0 * MIB, 4 * MIB },
    { 20 * MS, 1.0 * MIB, 256 * KIB },
    { 5 * MS, 1.0 * MIB, 256 * KIB },
    { 1, 2e9, MIB },
    { MS / 5, 1e9, MIB },
    { 2 * MS - 1, 2e9, MIB },
    { 4 * MS, 2e9, 2 * MIB },
    { G_MAXINT64, 1e18, 4 * MIB },
  };

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      RfPartSizeCase it = make_case (networks[i].first_byte, networks[i].rate);

      g_assert_cmpuint (rf_part_size_choose (&it), ==, networks[i].size);
    }
}

static void
test_does_not_flap (void)
{
  RfPartSizeCase it = make_case (20 * MS, 4.0 * MIB);

  it.present = rf_part_size_choose (&it);
  g_assert_cmpuint (it.present, <, MIB);
  it.rate = 9 * MIB / 2;
  g_assert_cmpuint (rf_part_size_choose (&it), ==, it.present);
  it.rate = 7 * MIB / 2;
  g_assert_cmpuint (rf_part_size_choose (&it), ==, it.present);
  it.rate = 6 * MIB;
  g_assert_cmpuint (rf_part_size_choose (&it), >, it.present);
  it.rate = 2 * MIB;
  g_assert_cmpuint (rf_part_size_choose (&it), <, it.present);
}

/* A long wait for a first byte where the shortest was none: others were served first. */
static void
test_near (void)
{
  RfPartSizeCase it = make_case (20 * MS, 400.0 * MIB);

  it.shortest_wait = MS;
  g_assert_cmpuint (rf_part_size_choose (&it), ==, MIB);
  it.shortest_wait = 2 * NEAR;
  g_assert_cmpuint (rf_part_size_choose (&it), ==, 2 * MIB);
}

/* It may shrink then, but not grow. */
static void
test_full (void)
{
  RfPartSizeCase it = make_case (20 * MS, 400.0 * MIB);

  it.is_full = TRUE;
  g_assert_cmpuint (rf_part_size_choose (&it), ==, MIB);
  it.rate = MIB;
  g_assert_cmpuint (rf_part_size_choose (&it), ==, 256 * KIB);
}

/* What a worker may have is a limit, however little that is. */
static void
test_limit (void)
{
  static const gsize limits[] = { 1, 1000, 256 * KIB, 300 * KIB, MIB, MIB + 1, 4 * MIB - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      RfPartSizeCase it = make_case (100 * MS, 400.0 * MIB);

      it.present = 4 * MIB;
      it.most = limits[i];
      g_assert_cmpuint (rf_part_size_choose (&it), >, 0);
      g_assert_cmpuint (rf_part_size_choose (&it), <=, limits[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/part-size/networks", test_networks);
  g_test_add_func ("/part-size/does-not-flap", test_does_not_flap);
  g_test_add_func ("/part-size/near", test_near);
  g_test_add_func ("/part-size/full", test_full);
  g_test_add_func ("/part-size/limit", test_limit);
  return g_test_run ();
}
