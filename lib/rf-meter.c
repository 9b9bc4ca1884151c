/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Linux counts for each thread how long it has run, and how long it was ready to run and had to wait for others.
 * The latter is what tells a processor that is the limit from a network that is, where many threads share it: each
 * of them runs for a small part of the time only. Where it is not counted, the time on a processor has to do. */

#include "rf-meter-private.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define NO_FILE (-1)
#define NANOSECONDS_PER_MICROSECOND 1000

/* Two numbers of nanoseconds, and one of turns. */
#define STATISTICS_SIZE 80

static gint64
get_thread_time (void)
{
  struct timespec time;

  if (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time) != 0)
    return 0;
  return time.tv_sec * G_TIME_SPAN_SECOND + time.tv_nsec / NANOSECONDS_PER_MICROSECOND;
}

static gint64
get_late_time (int fd)
{
  char text[STATISTICS_SIZE + 1];
  gssize length = fd != NO_FILE ? pread (fd, text, STATISTICS_SIZE, 0) : -1;
  char *late;

  if (length <= 0)
    return 0;
  text[length] = '\0';
  g_ascii_strtoull (text, &late, 10);
  return (gint64)(g_ascii_strtoull (late, NULL, 10) / NANOSECONDS_PER_MICROSECOND);
}

void
rf_meter_init (RfMeter *self, gint64 now)
{
  int fd = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);

  *self = (RfMeter){
    .fd = fd,
    .looked = now,
    .run = get_thread_time (),
    .late = get_late_time (fd),
  };
}

void
rf_meter_clear (RfMeter *self)
{
  if (self->fd != NO_FILE)
    close (self->fd);
  *self = (RfMeter){ .fd = NO_FILE };
}

gboolean
rf_meter_look (RfMeter *self, gint64 now, gint64 interval, RfMeterReading *reading)
{
  gint64 elapsed = now - self->looked;
  gint64 run, late;

  if (elapsed < interval)
    return FALSE;
  run = get_thread_time ();
  late = get_late_time (self->fd);
  reading->run = (double)(run - self->run) / (double)elapsed;
  reading->late = (double)(late - self->late) / (double)elapsed;
  self->looked = now;
  self->run = run;
  self->late = late;
  return TRUE;
}
