/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A thread that works, one that sleeps, and two that have one processor. */

#include "rf-meter-private.h"

#include <pthread.h>
#include <sched.h>

#define MS G_TIME_SPAN_MILLISECOND
#define INTERVAL (10 * MS)
#define TOO_LONG (30 * G_TIME_SPAN_SECOND)

/* Works until a reading is as wanted. */
static void
work_until (RfMeter *meter, gboolean (*is_wanted) (const RfMeterReading *))
{
  gint64 end = g_get_monotonic_time () + TOO_LONG;
  RfMeterReading reading;
  gint64 now;

  do
    {
      now = g_get_monotonic_time ();
      g_assert_cmpint (now, <, end);
    }
  while (!rf_meter_look (meter, now, INTERVAL, &reading) || !is_wanted (&reading));
}

static gboolean
is_running (const RfMeterReading *reading)
{
  g_assert_cmpfloat (reading->run, <=, 1.1);
  return reading->run >= 0.9;
}

static void
test_run (void)
{
  gint64 now = g_get_monotonic_time ();
  RfMeterReading reading;
  RfMeter meter;

  rf_meter_init (&meter, now);
  g_assert_false (rf_meter_look (&meter, now + INTERVAL - 1, INTERVAL, &reading));
  work_until (&meter, is_running);
  rf_meter_clear (&meter);
}

/* What it did before does not count. */
static void
test_sleep (void)
{
  RfMeterReading reading;
  RfMeter meter;

  rf_meter_init (&meter, g_get_monotonic_time ());
  work_until (&meter, is_running);
  g_usleep (20 * INTERVAL);
  g_assert_true (rf_meter_look (&meter, g_get_monotonic_time (), INTERVAL, &reading));
  g_assert_cmpfloat (reading.run, <, 0.5);
  rf_meter_clear (&meter);
}

static gboolean
is_late (const RfMeterReading *reading)
{
  return reading->late >= 0.2;
}

static gpointer
work_beside (gpointer data)
{
  gint *stop = data;

  while (!g_atomic_int_get (stop))
    ;
  return NULL;
}

/* Both have the processor of this thread only. */
static void
test_late (void)
{
  cpu_set_t before, one;
  GThread *other;
  RfMeter meter;
  gint stop = FALSE;

  g_assert_cmpint (pthread_getaffinity_np (pthread_self (), sizeof before, &before), ==, 0);
  CPU_ZERO (&one);
  CPU_SET ((gsize)sched_getcpu (), &one);
  if (pthread_setaffinity_np (pthread_self (), sizeof one, &one) != 0)
    {
      g_test_skip ("threads cannot be bound to a processor here");
      return;
    }
  rf_meter_init (&meter, g_get_monotonic_time ());
  if (meter.fd < 0)
    {
      g_test_skip ("the kernel does not tell how long threads wait for a processor");
    }
  else
    {
      other = g_thread_new ("beside", work_beside, &stop);
      work_until (&meter, is_late);
      g_atomic_int_set (&stop, TRUE);
      g_thread_join (other);
    }
  rf_meter_clear (&meter);
  pthread_setaffinity_np (pthread_self (), sizeof before, &before);
}

/* There may be no /proc. */
static void
test_unknown (void)
{
  RfMeterReading reading;
  RfMeter meter;

  rf_meter_init (&meter, g_get_monotonic_time ());
  rf_meter_clear (&meter);
  g_assert_cmpint (meter.fd, <, 0);
  work_until (&meter, is_running);
  g_usleep (INTERVAL);
  g_assert_true (rf_meter_look (&meter, g_get_monotonic_time (), INTERVAL, &reading));
  g_assert_cmpfloat (reading.late, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meter/run", test_run);
  g_test_add_func ("/meter/sleep", test_sleep);
  g_test_add_func ("/meter/late", test_late);
  g_test_add_func ("/meter/unknown", test_unknown);
  return g_test_run ();
}
