/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections cannot be shared between threads, what they begin with can: a name is looked up once, and a
 * TLS session goes on from one connection to the next, whichever reactors they are on. So is what has been
 * found out about servers. */

#include "rf-curl-share-private.h"

#include "rf-reactor-private.h"

#include <stdlib.h>

/* Servers that are remembered for being strange. With more of them they are found out anew. */
#define MAX_STRANGE 64

struct _RfCurlShare
{
  gatomicrefcount references;
  CURLSH *share;
  GMutex locks[CURL_LOCK_DATA_LAST];

  struct
  {
    GMutex lock;
    GHashTable *strange; /* a set of servers */
  } locked;
};

static void
lock_share (CURL *easy, curl_lock_data data, curl_lock_access access, void *user_data)
{
  g_mutex_lock (&((RfCurlShare *)user_data)->locks[data]);
}

static void
unlock_share (CURL *easy, curl_lock_data data, void *user_data)
{
  g_mutex_unlock (&((RfCurlShare *)user_data)->locks[data]);
}

/* The TLS library takes itself apart when the process exits, by a handler that it has registered by now.
 * Ours comes before it: no thread may be in the middle of a handshake then. */
static gpointer
init_curl (gpointer unused)
{
  CURLcode code = curl_global_init (CURL_GLOBAL_DEFAULT);

  atexit (rf_reactor_halt_all);
  return GINT_TO_POINTER (code);
}

RfCurlShare *
rf_curl_share_new (void)
{
  static GOnce once = G_ONCE_INIT;
  RfCurlShare *self = g_new0 (RfCurlShare, 1);

  g_once (&once, init_curl, NULL);
  g_atomic_ref_count_init (&self->references);
  for (guint i = 0; i < G_N_ELEMENTS (self->locks); i++)
    g_mutex_init (&self->locks[i]);
  g_mutex_init (&self->locked.lock);
  self->locked.strange = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->share = curl_share_init ();
  curl_share_setopt (self->share, CURLSHOPT_USERDATA, self);
  curl_share_setopt (self->share, CURLSHOPT_LOCKFUNC, lock_share);
  curl_share_setopt (self->share, CURLSHOPT_UNLOCKFUNC, unlock_share);
  curl_share_setopt (self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt (self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return self;
}

RfCurlShare *
rf_curl_share_ref (RfCurlShare *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rf_curl_share_unref (RfCurlShare *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  curl_share_cleanup (self->share);
  g_hash_table_unref (self->locked.strange);
  g_mutex_clear (&self->locked.lock);
  for (guint i = 0; i < G_N_ELEMENTS (self->locks); i++)
    g_mutex_clear (&self->locks[i]);
  g_free (self);
}

CURLSH *
rf_curl_share_get_handle (RfCurlShare *self)
{
  return self->share;
}

void
rf_curl_share_add_strange (RfCurlShare *self, const char *server)
{
  g_mutex_lock (&self->locked.lock);
  if (g_hash_table_size (self->locked.strange) >= MAX_STRANGE)
    g_hash_table_remove_all (self->locked.strange);
  g_hash_table_add (self->locked.strange, g_strdup (server));
  g_mutex_unlock (&self->locked.lock);
}

gboolean
rf_curl_share_is_strange (RfCurlShare *self, const char *server)
{
  gboolean is_strange;

  g_mutex_lock (&self->locked.lock);
  is_strange = g_hash_table_contains (self->locked.strange, server);
  g_mutex_unlock (&self->locked.lock);
  return is_strange;
}
