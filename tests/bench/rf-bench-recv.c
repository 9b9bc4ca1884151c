/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The limit that everything else is compared with: ranged requests for one part after another on one or
 * more connections, and recv() straight into a ring of shared memory, by one thread. Nobody reads what
 * comes, nothing is in order, and a fault is the end. Prints one JSON object. */

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rf-bench-content.h"
#include "rf-bench-report.h"

#define MAX_EVENTS 64
#define MAX_HEAD_SIZE 4096

typedef struct
{
  RfBenchContent content;
  char *location;
  int connections;
  gint64 slot_size;
  gint64 request_size; /* 0: a slot */
  int num_slots;
  gboolean hot;
} Program;

typedef struct
{
  int fd;
  guint8 *slot;
  guint64 start; /* of the part */
  gsize length;  /* of the part; 0: there is nothing to do */
  gsize filled;
  char head[MAX_HEAD_SIZE];
  gsize head_length;
  gboolean in_body;
} Connection;

typedef struct
{
  const Program *program;
  GUri *uri;
  guint8 *ring;
  gsize ring_size;
  Connection *connections;
  guint64 next;    /* where the next part begins */
  int latest_slot; /* that was taken */
  guint64 bytes;
  guint n_busy;
  gint64 first; /* when the first byte of a body came; 0: not yet */
} Run;

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", what,
               g_strerror (errno));
  return FALSE;
}

static gboolean
make_ring (Run *run, GError **error)
{
  int fd = memfd_create ("rf-bench-recv", MFD_CLOEXEC);
  void *memory;

  run->ring_size = (gsize)run->program->slot_size * (gsize)run->program->num_slots;
  if (fd < 0 || ftruncate (fd, (off_t)run->ring_size) != 0)
    return fail (error, "memfd");
  memory = mmap (NULL, run->ring_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (memory == MAP_FAILED)
    return fail (error, "mmap");
  run->ring = memory;
  return TRUE;
}

static gboolean
open_connection (Run *run, Connection *connection, GError **error)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_port = htons ((guint16)g_uri_get_port (run->uri)) };
  int one = 1;

  if (inet_pton (AF_INET, g_uri_get_host (run->uri), &address.sin_addr) != 1)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "the host of the location is no IPv4 address");
      return FALSE;
    }
  connection->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection->fd < 0
      || connect (connection->fd, (struct sockaddr *)&address, sizeof address) != 0)
    return fail (error, "connect");
  setsockopt (connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return TRUE;
}

static guint8 *
get_slot (const Run *run, int slot)
{
  return run->ring + (gsize)slot * (gsize)run->program->slot_size;
}

static gboolean
is_being_filled (const Run *run, const guint8 *slot)
{
  for (int i = 0; i < run->program->connections; i++)
    if (run->connections[i].slot == slot)
      return TRUE;
  return FALSE;
}

/* The slots in turn, as a ring has them filled; or one for each connection, which stays in the caches. */
static void
take_slot (Run *run, Connection *connection)
{
  if (run->program->hot && connection->slot != NULL)
    return;
  connection->slot = NULL;
  do
    run->latest_slot = (run->latest_slot + 1) % run->program->num_slots;
  while (is_being_filled (run, get_slot (run, run->latest_slot)));
  connection->slot = get_slot (run, run->latest_slot);
}

/* Asks for the next part, if there is one left. */
static gboolean
begin_part (Run *run, Connection *connection, GError **error)
{
  guint64 size = run->program->content.size;
  g_autofree char *request = NULL;

  connection->start = run->next;
  connection->length = (gsize)MIN ((guint64)run->program->request_size, size - run->next);
  connection->filled = 0;
  connection->head_length = 0;
  connection->in_body = FALSE;
  if (connection->length == 0)
    return TRUE;

  take_slot (run, connection);
  run->next += connection->length;
  run->n_busy++;
  request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s:%d\r\n"
                             "Range: bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "\r\n\r\n",
                             g_uri_get_path (run->uri), g_uri_get_host (run->uri),
                             g_uri_get_port (run->uri), connection->start,
                             connection->start + connection->length - 1);
  if (send (connection->fd, request, strlen (request), MSG_NOSIGNAL) != (gssize)strlen (request))
    return fail (error, "send");
  return TRUE;
}

/* Where the next bytes go. A request for more than a slot fills the same one again and again. */
static guint8 *
get_place (const Run *run, const Connection *connection, gsize *space)
{
  gsize slot_size = (gsize)run->program->slot_size;
  gsize place = connection->filled % slot_size;

  *space = MIN (slot_size - place, connection->length - connection->filled);
  return connection->slot + place;
}

/* @n_bytes have come to where get_place() says. */
static gboolean
take_body (Run *run, Connection *connection, gsize n_bytes, GError **error)
{
  gsize space;
  const guint8 *place = get_place (run, connection, &space);
  guint64 offset = connection->start + connection->filled;

  if (run->first == 0 && n_bytes > 0)
    run->first = g_get_monotonic_time ();
  connection->filled += n_bytes;
  return rf_bench_content_check (&run->program->content, place, offset, n_bytes, error);
}

/* What has come behind the head is copied; that is a few KiB at most. */
static gboolean
take_head (Run *run, Connection *connection, gsize n_bytes, GError **error)
{
  const char *end;
  gsize behind;
  gsize space;
  guint8 *place = get_place (run, connection, &space);

  connection->head_length += n_bytes;
  end = memmem (connection->head, connection->head_length, "\r\n\r\n", 4);
  if (end == NULL && connection->head_length < sizeof connection->head)
    return TRUE;
  behind = end != NULL ? connection->head_length - (gsize)(end + 4 - connection->head) : 0;
  if (end == NULL || behind > space || memcmp (connection->head, "HTTP/1.1 206 ", 13) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no right 206 came");
      return FALSE;
    }
  memcpy (place, end + 4, behind);
  connection->in_body = TRUE;
  return take_body (run, connection, behind, error);
}

static gboolean
end_part (Run *run, Connection *connection, GError **error)
{
  run->n_busy--;
  run->bytes += connection->length;
  return begin_part (run, connection, error);
}

/* One recv(), as large as may be. */
static gboolean
receive (Run *run, Connection *connection, int flags, GError **error)
{
  gsize space = sizeof connection->head - connection->head_length;
  void *place = connection->head + connection->head_length;
  gboolean right;
  gssize n;

  if (connection->in_body)
    place = get_place (run, connection, &space);
  n = recv (connection->fd, place, space, flags);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return TRUE;
  if (n <= 0)
    {
      errno = n == 0 ? ECONNRESET : errno;
      return fail (error, "recv");
    }
  right = connection->in_body ? take_body (run, connection, (gsize)n, error)
                              : take_head (run, connection, (gsize)n, error);
  if (!right)
    return FALSE;
  return connection->filled < connection->length || end_part (run, connection, error);
}

/* A single connection needs nobody to tell it when there is something. */
static gboolean
run_one (Run *run, GError **error)
{
  while (run->n_busy > 0)
    if (!receive (run, &run->connections[0], 0, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_many (Run *run, int epoll, GError **error)
{
  struct epoll_event events[MAX_EVENTS];

  while (run->n_busy > 0)
    {
      int n = epoll_wait (epoll, events, MAX_EVENTS, -1);

      if (n < 0 && errno != EINTR)
        return fail (error, "epoll_wait");
      for (int i = 0; i < n; i++)
        if (!receive (run, events[i].data.ptr, MSG_DONTWAIT, error))
          return FALSE;
    }
  return TRUE;
}

/* Connecting is part of what is measured, as it is everywhere else. */
static gboolean
run_all (Run *run, GError **error)
{
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  gboolean done;

  for (int i = 0; i < run->program->connections; i++)
    {
      Connection *connection = &run->connections[i];
      struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

      if (!open_connection (run, connection, error) || !begin_part (run, connection, error))
        return FALSE;
      if (epoll_ctl (epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        return fail (error, "epoll_ctl");
    }
  done = run->program->connections == 1 ? run_one (run, error) : run_many (run, epoll, error);
  close (epoll);
  return done;
}

static int
measure (const Program *program, GUri *uri)
{
  Run run = { .program = program, .uri = uri };
  g_autoptr (GString) report = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  RfBenchMeasure measure;
  gboolean done;

  rf_bench_measure_begin (&measure);
  run.connections = g_new0 (Connection, program->connections);
  done = make_ring (&run, &error) && run_all (&run, &error);
  if (done)
    {
      rf_bench_report_number (report, "seconds",
                              rf_bench_seconds (measure.began, g_get_monotonic_time ()));
      rf_bench_measure_end (&measure, report);
      rf_bench_report_number (report, "first_byte", rf_bench_seconds (measure.began, run.first));
      rf_bench_report_count (report, "bytes", run.bytes);
      rf_bench_report_count (report, "threads", rf_bench_count_threads ());
      rf_bench_report_print (report);
    }

  for (int i = 0; i < program->connections; i++)
    if (run.connections[i].fd > 0)
      close (run.connections[i].fd);
  g_free (run.connections);
  if (run.ring != NULL)
    munmap (run.ring, run.ring_size);
  return done ? 0 : rf_bench_report_failure (error);
}

static gboolean
parse_options (Program *program, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "location", 0, 0, G_OPTION_ARG_STRING, &program->location, "Of the object", "URI" },
    { "connections", 0, 0, G_OPTION_ARG_INT, &program->connections, "At most as many as slots",
      "N" },
    { "slot-size", 0, 0, G_OPTION_ARG_INT64, &program->slot_size, "Bytes of a slot", "N" },
    { "request-size", 0, 0, G_OPTION_ARG_INT64, &program->request_size,
      "Bytes of a request (0: a slot)", "N" },
    { "num-slots", 0, 0, G_OPTION_ARG_INT, &program->num_slots, "Slots of the ring", "N" },
    { "hot", 0, 0, G_OPTION_ARG_NONE, &program->hot, "Fill the same few slots again and again",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) options = g_option_context_new ("- measure recv()");

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, rf_bench_content_get_options (&program->content));
  if (!g_option_context_parse (options, argc, argv, error))
    return FALSE;
  if (program->location != NULL && program->connections > 0 && program->slot_size > 0
      && program->num_slots >= program->connections)
    {
      if (program->request_size == 0)
        program->request_size = program->slot_size;
      return TRUE;
    }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
               "--location, a slot for each connection, and --slot-size are needed");
  return FALSE;
}

int
main (int argc, char **argv)
{
  Program program = { .connections = 1, .slot_size = 4 << 20, .num_slots = 16 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = NULL;
  int status = 2;

  if (parse_options (&program, &argc, &argv, &error))
    uri = g_uri_parse (program.location, G_URI_FLAGS_NONE, &error);
  if (uri != NULL)
    status = measure (&program, uri);
  else
    g_printerr ("%s\n", error->message);
  g_free (program.location);
  return status;
}
