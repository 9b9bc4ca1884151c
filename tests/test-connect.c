/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hosts that have several addresses, of which some refuse connections. Names are looked up here. */

#include <ringfetch.h>

#include "rf-test-reader.h"
#include "rf-test-server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#define SIZE (3 * MIB)

/* libcurl shares it out among the addresses: who waits for it, waits for a large part of it. */
#define TIMEOUT_SECONDS 60
#define AT_ONCE_SECONDS 10

static const struct
{
  const char *name;
  const char *addresses[5];
} hosts[] = {
  { "one.test", { "127.0.0.1" } },
  { "second.test", { "127.0.0.2", "127.0.0.1" } },
  { "fourth.test", { "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1" } },
  { "other-family.test", { "::1", "127.0.0.1" } },
  { "both-families.test", { "::1", "127.0.0.2", "127.0.0.3", "127.0.0.1" } },
  { "refused.test", { "127.0.0.2", "127.0.0.3" } },
};

static struct addrinfo *
new_address (const char *text, int port, struct addrinfo *next)
{
  struct addrinfo *self = g_malloc0 (sizeof *self + sizeof (struct sockaddr_storage));
  struct sockaddr_in *four = (gpointer)(self + 1);
  struct sockaddr_in6 *six = (gpointer)(self + 1);

  self->ai_family = strchr (text, ':') != NULL ? AF_INET6 : AF_INET;
  self->ai_socktype = SOCK_STREAM;
  self->ai_protocol = IPPROTO_TCP;
  self->ai_addr = (gpointer)(self + 1);
  self->ai_next = next;
  if (self->ai_family == AF_INET6)
    {
      *six = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons ((guint16)port) };
      self->ai_addrlen = sizeof *six;
      g_assert_cmpint (inet_pton (AF_INET6, text, &six->sin6_addr), ==, 1);
    }
  else
    {
      *four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons ((guint16)port) };
      self->ai_addrlen = sizeof *four;
      g_assert_cmpint (inet_pton (AF_INET, text, &four->sin_addr), ==, 1);
    }
  return self;
}

/* Stand before those of the C library. */
int
getaddrinfo (const char *name,
             const char *service,
             const struct addrinfo *hints,
             struct addrinfo **result)
{
  *result = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    if (g_strcmp0 (hosts[i].name, name) == 0)
      for (guint k = G_N_ELEMENTS (hosts[i].addresses); k-- > 0;)
        if (hosts[i].addresses[k] != NULL)
          *result
              = new_address (hosts[i].addresses[k], service != NULL ? atoi (service) : 0, *result);
  return *result != NULL ? 0 : EAI_NONAME;
}

void
freeaddrinfo (struct addrinfo *list)
{
  while (list != NULL)
    {
      struct addrinfo *next = list->ai_next;

      g_free (list);
      list = next;
    }
}

static guint64
read_from (const char *host, guint16 port, const char *path, GError **error)
{
  g_autofree char *uri = g_strdup_printf ("http://%s:%u/%s", host, port, path);
  g_autoptr (RfOptions) options = rf_options_new ();
  g_autoptr (RfReader) reader = NULL;
  gint64 began = g_get_monotonic_time ();
  guint64 end;

  rf_options_set_timeout (options, TIMEOUT_SECONDS);
  reader = rf_reader_new (NULL, uri, options, NULL, error);
  end = rf_test_reader_check (reader, 0, error);
  g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE_SECONDS * G_USEC_PER_SEC);
  return end;
}

static void
test_next_address (gconstpointer host)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (read_from (host, rf_test_server_get_port (server), "object", &error), ==, SIZE);
  g_assert_no_error (error);
}

/* A redirection to such a host is no slower. */
static void
test_next_address_after_redirection (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
  g_autofree char *target
      = g_strdup_printf ("http://fourth.test:%u/object", rf_test_server_get_port (server));
  g_autoptr (RfTestServer) redirector
      = rf_test_server_new (&(RfTestServerConfig){ .redirect_to = target });
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (
      read_from ("one.test", rf_test_server_get_port (redirector), "redirect", &error), ==, SIZE);
  g_assert_no_error (error);
}

static void
test_no_address (void)
{
  g_autoptr (RfTestServer) server
      = rf_test_server_new (&(RfTestServerConfig){ .size = SIZE, .version = 1 });
  guint16 port = rf_test_server_get_port (server);
  g_autoptr (GError) refused = NULL;
  g_autoptr (GError) unknown = NULL;

  g_assert_cmpuint (read_from ("refused.test", port, "object", &refused), ==, 0);
  g_assert_error (refused, RF_ERROR, RF_ERROR_CONNECT);
  g_assert_cmpuint (read_from ("unknown.test", port, "object", &unknown), ==, 0);
  g_assert_error (unknown, RF_ERROR, RF_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; g_strcmp0 (hosts[i].name, "refused.test") != 0; i++)
    {
      g_autofree char *path = g_strconcat ("/connect/", hosts[i].name, NULL);

      g_test_add_data_func (path, hosts[i].name, test_next_address);
    }
  g_test_add_func ("/connect/redirection", test_next_address_after_redirection);
  g_test_add_func ("/connect/no-address", test_no_address);
  return g_test_run ();
}
