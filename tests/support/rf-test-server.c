/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A second socket that is bound to the port but never listens reserves it for the server's whole life:
 * nobody can take it, not even as the local end of a connection, between an outage and its end, and
 * connecting during the outage is refused, as it should be. (A listening socket that was shut down
 * stays bound too, but Linux does not find it again after a second listen().) */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rf-test-server-private.h"

#define BACKLOG 1024

static G_GNUC_NORETURN void
fail (const char *what)
{
  g_error ("test server: %s: %s", what, g_strerror (errno));
}

struct timespec
rf_test_deadline_after (guint milliseconds)
{
  struct timespec deadline;

  clock_gettime (CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += milliseconds / 1000;
  deadline.tv_nsec += (long)(milliseconds % 1000) * 1000000;
  if (deadline.tv_nsec >= 1000000000)
    {
      deadline.tv_sec++;
      deadline.tv_nsec -= 1000000000;
    }
  return deadline;
}

/* Signals are for the program's own threads. */
static void
spawn (pthread_t *thread, void *(*run) (void *), void *argument)
{
  sigset_t all;
  sigset_t before;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  errno = pthread_create (thread, NULL, run, argument);
  if (errno != 0)
    fail ("pthread_create");
  pthread_sigmask (SIG_SETMASK, &before, NULL);
}

/* Connections */

/* A client that ends one connection and then opens another never had two, even if the first one's
 * thread has not noticed yet; so the kernel is asked. It reads the state before it waits for a send()
 * in another thread, behind which the news of the end may be queued: hence the second question. */
static gboolean
is_open (const RfTestConnection *connection)
{
  struct tcp_info info = { 0 };

  for (guint i = 0; i < 2; i++)
    {
      socklen_t length = sizeof info;

      if (connection->state != RF_TEST_CONNECTION_OPEN
          || getsockopt (connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0
          || info.tcpi_state != TCP_ESTABLISHED)
        return FALSE;
    }
  return TRUE;
}

static guint
count_open_locked (RfTestServer *self)
{
  guint n_open = 0;

  for (RfTestConnection *c = self->locked.connections; c != NULL; c = c->next)
    n_open += is_open (c) ? 1 : 0;
  return n_open;
}

/* Joins the threads that are done, or, if @all is set, all. The accepting thread, or another one
 * after its end. */
static void
join_connections (RfTestServer *self, gboolean all)
{
  RfTestConnection **link = &self->locked.connections;
  RfTestConnection *ended = NULL;

  pthread_mutex_lock (&self->lock);
  while (*link != NULL)
    {
      RfTestConnection *connection = *link;

      if (all || connection->state == RF_TEST_CONNECTION_CLOSED)
        {
          *link = connection->next;
          connection->next = ended;
          ended = connection;
        }
      else
        link = &connection->next;
    }
  pthread_mutex_unlock (&self->lock);

  while (ended != NULL)
    {
      RfTestConnection *next = ended->next;

      pthread_join (ended->thread, NULL);
      rf_test_connection_free (ended);
      ended = next;
    }
}

static void
add_connection (RfTestServer *self, int fd)
{
  RfTestConnection *connection = g_new0 (RfTestConnection, 1);
  RfTestSetup *setup;
  int one = 1;
  guint n_open;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connection->server = self;
  connection->fd = fd;
  connection->state = RF_TEST_CONNECTION_OPEN;

  pthread_mutex_lock (&self->lock);
  setup = self->locked.setup;
  connection->id = ++self->locked.counts.connections;
  connection->handshake_fault
      = rf_test_fault_pick_handshake (&setup->config, ++setup->n_connections);
  connection->next = self->locked.connections;
  self->locked.connections = connection;
  n_open = count_open_locked (self);
  self->locked.counts.max_open_connections = MAX (self->locked.counts.max_open_connections, n_open);
  pthread_mutex_unlock (&self->lock);

  spawn (&connection->thread, rf_test_connection_run, connection);
}

/* Listening */

static void *
accept_connections (void *data)
{
  RfTestServer *self = data;
  struct pollfd fds[]
      = { { .fd = self->wake_fd, .events = POLLIN }, { .fd = self->listen_fd, .events = POLLIN } };

  while (TRUE)
    {
      int fd;

      if (poll (fds, G_N_ELEMENTS (fds), -1) < 0 && errno != EINTR)
        fail ("poll");
      if (fds[0].revents != 0)
        return NULL;

      fd = accept4 (self->listen_fd, NULL, NULL, SOCK_CLOEXEC);
      if (fd >= 0)
        add_connection (self, fd);
      else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
        fail ("accept");
      join_connections (self, FALSE);
    }
}

/* A new socket on 127.0.0.1 and @port; 0 is any free one. */
static int
bind_loopback (guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = g_htons ((guint16)port),
                                 .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int one = 1;

  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0)
    fail ("socket");
  if (bind (fd, (struct sockaddr *)&address, sizeof address) != 0)
    fail ("bind");
  return fd;
}

static guint16
local_port (int fd)
{
  struct sockaddr_in address;
  socklen_t length = sizeof address;

  if (getsockname (fd, (struct sockaddr *)&address, &length) != 0)
    fail ("getsockname");
  return g_ntohs (address.sin_port);
}

RfTestServer *
rf_test_server_new (const RfTestServerConfig *config)
{
  RfTestServer *self = g_new0 (RfTestServer, 1);
  pthread_condattr_t monotonic;

  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init (&self->request_cond, &monotonic);
  pthread_cond_init (&self->shut_cond, &monotonic);
  pthread_condattr_destroy (&monotonic);
  pthread_mutex_init (&self->config_lock, NULL);
  pthread_mutex_init (&self->lock, NULL);

  self->locked.setup = rf_test_setup_new (config, NULL);

  self->wake_fd = eventfd (0, EFD_CLOEXEC);
  if (self->wake_fd < 0)
    fail ("eventfd");
  self->reserve_fd = bind_loopback (config->port);
  self->port = local_port (self->reserve_fd);
  if (config->tls_cert != NULL)
    self->tls = rf_test_tls_new_server (config->tls_cert, config->tls_key);
  self->uri = g_strdup_printf ("%s://127.0.0.1:%u/object", self->tls != NULL ? "https" : "http",
                               self->port);
  self->listen_fd = -1;
  rf_test_server_start_listening (self);
  return self;
}

void
rf_test_server_free (RfTestServer *server)
{
  if (server == NULL)
    return;
  rf_test_server_stop_listening (server);
  rf_test_server_close_connections (server);
  join_connections (server, TRUE);
  close (server->reserve_fd);
  close (server->wake_fd);

  rf_test_tls_free (server->tls);
  rf_test_setup_free (server->locked.setup);
  g_free (server->locked.ranges);
  pthread_mutex_destroy (&server->lock);
  pthread_mutex_destroy (&server->config_lock);
  pthread_cond_destroy (&server->shut_cond);
  pthread_cond_destroy (&server->request_cond);
  g_free (server->uri);
  g_free (server);
}

const char *
rf_test_server_get_uri (RfTestServer *server)
{
  return server->uri;
}

guint16
rf_test_server_get_port (RfTestServer *server)
{
  return server->port;
}

void
rf_test_server_set_config (RfTestServer *server, const RfTestServerConfig *config)
{
  RfTestSetup *previous;
  RfTestSetup *setup;

  pthread_mutex_lock (&server->config_lock);

  pthread_mutex_lock (&server->lock);
  previous = server->locked.setup;
  pthread_mutex_unlock (&server->lock);

  setup = rf_test_setup_new (config, previous);

  pthread_mutex_lock (&server->lock);
  server->locked.setup = setup;
  pthread_mutex_unlock (&server->lock);

  pthread_mutex_unlock (&server->config_lock);
}

void
rf_test_server_get_counts (RfTestServer *server, RfTestServerCounts *counts)
{
  pthread_mutex_lock (&server->lock);
  *counts = server->locked.counts;
  counts->open_connections = count_open_locked (server);
  counts->body_bytes = __atomic_load_n (&server->body_bytes, __ATOMIC_RELAXED);
  pthread_mutex_unlock (&server->lock);
}

GArray *
rf_test_server_dup_ranges (RfTestServer *server)
{
  GArray *ranges = g_array_new (FALSE, FALSE, sizeof (RfTestServerRange));

  pthread_mutex_lock (&server->lock);
  g_array_append_vals (ranges, server->locked.ranges, (guint)server->locked.n_ranges);
  pthread_mutex_unlock (&server->lock);
  return ranges;
}

gboolean
rf_test_server_wait_requests (RfTestServer *server, guint64 n_requests, guint timeout_ms)
{
  struct timespec deadline = rf_test_deadline_after (timeout_ms);
  gboolean arrived;
  int rc = 0;

  pthread_mutex_lock (&server->lock);
  while (!(arrived = server->locked.counts.requests >= n_requests) && rc == 0)
    rc = pthread_cond_timedwait (&server->request_cond, &server->lock, &deadline);
  pthread_mutex_unlock (&server->lock);
  return arrived;
}

void
rf_test_server_close_connections (RfTestServer *server)
{
  pthread_mutex_lock (&server->lock);
  for (RfTestConnection *c = server->locked.connections; c != NULL; c = c->next)
    if (c->state == RF_TEST_CONNECTION_OPEN)
      {
        c->state = RF_TEST_CONNECTION_SHUT;
        shutdown (c->fd, SHUT_RDWR);
      }
  pthread_cond_broadcast (&server->shut_cond);
  pthread_mutex_unlock (&server->lock);
}

void
rf_test_server_stop_listening (RfTestServer *server)
{
  guint64 count = 1;

  if (server->listen_fd < 0)
    return;
  if (write (server->wake_fd, &count, sizeof count) != sizeof count)
    fail ("eventfd");
  pthread_join (server->accept_thread, NULL);
  if (read (server->wake_fd, &count, sizeof count) != sizeof count)
    fail ("eventfd");
  close (server->listen_fd);
  server->listen_fd = -1;
}

void
rf_test_server_start_listening (RfTestServer *server)
{
  if (server->listen_fd >= 0)
    return;
  server->listen_fd = bind_loopback (server->port);
  if (listen (server->listen_fd, BACKLOG) != 0)
    fail ("listen");
  spawn (&server->accept_thread, accept_connections, server);
}
