/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings as one value that is copied into a reader, so that nothing changes under a running
 * stream. A setter takes what it is given; the check comes where the value is used, because only
 * there can an error be reported. */

#include "rf-options-private.h"

#define DEFAULT_TIMEOUT_SECONDS 15
#define DEFAULT_USER_AGENT "RingFetch/" RF_VERSION

/* With the waits between them, these bridge an outage of about eleven seconds on average. */
#define DEFAULT_RETRIES 8

#define DEFAULT_RETRY_BACKOFF_FACTOR_SECONDS 0.1
#define DEFAULT_RETRY_BACKOFF_MAX_SECONDS 10.0

/* More than any sane server needs; browsers follow 20. */
#define DEFAULT_MAX_REDIRECT 10

G_DEFINE_BOXED_TYPE (RfOptions, rf_options, rf_options_copy, rf_options_free)

/**
 * rf_options_new:
 *
 * Returns: (transfer full): settings with every value at its default
 *
 * Since: 0.1
 */
RfOptions *
rf_options_new (void)
{
  RfOptions *self = g_new0 (RfOptions, 1);

  self->timeout = DEFAULT_TIMEOUT_SECONDS;
  self->retries = DEFAULT_RETRIES;
  self->retry_backoff_factor = DEFAULT_RETRY_BACKOFF_FACTOR_SECONDS;
  self->retry_backoff_max = DEFAULT_RETRY_BACKOFF_MAX_SECONDS;
  self->automatic_redirect = TRUE;
  self->max_redirect = DEFAULT_MAX_REDIRECT;
  self->http_version = RF_HTTP_VERSION_1_1;
  self->ssl_strict = TRUE;
  self->user_agent = g_strdup (DEFAULT_USER_AGENT);
  return self;
}

/**
 * rf_options_copy:
 * @self: settings
 *
 * Returns: (transfer full): a copy
 *
 * Since: 0.1
 */
RfOptions *
rf_options_copy (const RfOptions *self)
{
  RfOptions *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (RfOptions, 1);
  *copy = *self;
  copy->shm_name = g_strdup (self->shm_name);
  copy->user_agent = g_strdup (self->user_agent);
  copy->user_id = g_strdup (self->user_id);
  copy->user_pw = g_strdup (self->user_pw);
  copy->bearer_token = g_strdup (self->bearer_token);
  copy->proxy = g_strdup (self->proxy);
  copy->proxy_id = g_strdup (self->proxy_id);
  copy->proxy_pw = g_strdup (self->proxy_pw);
  copy->ssl_ca_file = g_strdup (self->ssl_ca_file);
  copy->ssl_cert_file = g_strdup (self->ssl_cert_file);
  copy->ssl_key_file = g_strdup (self->ssl_key_file);
  copy->extra_headers = g_strdupv (self->extra_headers);
  copy->cookies = g_strdupv (self->cookies);
  return copy;
}

/**
 * rf_options_free:
 * @self: (transfer full) (nullable): settings
 *
 * Since: 0.1
 */
void
rf_options_free (RfOptions *self)
{
  if (self == NULL)
    return;
  g_free (self->shm_name);
  g_free (self->user_agent);
  g_free (self->user_id);
  g_free (self->user_pw);
  g_free (self->bearer_token);
  g_free (self->proxy);
  g_free (self->proxy_id);
  g_free (self->proxy_pw);
  g_free (self->ssl_ca_file);
  g_free (self->ssl_cert_file);
  g_free (self->ssl_key_file);
  g_strfreev (self->extra_headers);
  g_strfreev (self->cookies);
  g_free (self);
}

void
rf_options_assign (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

/**
 * rf_options_get_num_workers:
 * @self: settings
 *
 * Returns: how many bodies may come at a time; 0: chosen by the library
 *
 * Since: 0.1
 */
guint
rf_options_get_num_workers (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->num_workers;
}

/**
 * rf_options_set_num_workers:
 * @self: settings
 * @num_workers: how many bodies may come at a time, 1 to 256; 0 (the default) lets the library choose: as
 *   many as pay, and fewer where a server has too much to do
 *
 * Each has a connection of its own. The next request of a worker begins before its present one has ended, so
 * up to as many connections more wait for an answer, or share what is left of a slow one.
 *
 * Since: 0.1
 */
void
rf_options_set_num_workers (RfOptions *self, guint num_workers)
{
  g_return_if_fail (self != NULL);
  self->num_workers = num_workers;
}

/**
 * rf_options_get_num_slots:
 * @self: settings
 *
 * Returns: the number of slots of the ring; 0: chosen by the library
 *
 * Since: 0.1
 */
guint
rf_options_get_num_slots (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->num_slots;
}

/**
 * rf_options_set_num_slots:
 * @self: settings
 * @num_slots: the number of slots of the ring; 0 (the default) lets the library choose, for a ring
 *   of 256 MiB at most. Two slots are always kept for fetching: with fewer than three, all is copied.
 *
 * Since: 0.1
 */
void
rf_options_set_num_slots (RfOptions *self, guint num_slots)
{
  g_return_if_fail (self != NULL);
  self->num_slots = num_slots;
}

/**
 * rf_options_get_slot_size:
 * @self: settings
 *
 * Returns: the size of a slot in bytes; 0: chosen by the library
 *
 * Since: 0.1
 */
guint64
rf_options_get_slot_size (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->slot_size;
}

/**
 * rf_options_set_slot_size:
 * @self: settings
 * @slot_size: the size of a slot in bytes, 4096 at least, which is also the most that one request
 *   asks for; 0 (the default) lets the library choose, and ask for less where that is better
 *
 * Since: 0.1
 */
void
rf_options_set_slot_size (RfOptions *self, guint64 slot_size)
{
  g_return_if_fail (self != NULL);
  self->slot_size = slot_size;
}

/**
 * rf_options_get_shm_name:
 * @self: settings
 *
 * Returns: (nullable): the name of the ring's memory, or %NULL for an anonymous ring
 *
 * Since: 0.1
 */
const char *
rf_options_get_shm_name (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->shm_name;
}

/**
 * rf_options_set_shm_name:
 * @self: settings
 * @shm_name: (nullable): the name of a POSIX shared-memory object to make for the ring, which
 *   other processes can attach to; %NULL (the default) for anonymous memory
 *
 * Since: 0.1
 */
void
rf_options_set_shm_name (RfOptions *self, const char *shm_name)
{
  g_return_if_fail (self != NULL);
  rf_options_assign (&self->shm_name, shm_name);
}

/**
 * rf_options_get_max_bandwidth:
 * @self: settings
 *
 * Returns: the most bytes a second that are asked for; 0: no limit
 *
 * Since: 0.1
 */
guint64
rf_options_get_max_bandwidth (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->max_bandwidth;
}

/**
 * rf_options_set_max_bandwidth:
 * @self: settings
 * @max_bandwidth: the most bytes a second that all requests of the stream together ask for, 1024 at
 *   least; 0 (the default) for no limit. Bytes of the resource are counted, not heads of messages. No
 *   more than a quarter of a second's worth is asked for at once, also after a pause; of a slow stream up
 *   to 16 KiB more, as one request is for that much.
 *
 * Since: 0.1
 */
void
rf_options_set_max_bandwidth (RfOptions *self, guint64 max_bandwidth)
{
  g_return_if_fail (self != NULL);
  self->max_bandwidth = max_bandwidth;
}

/**
 * rf_options_get_timeout:
 * @self: settings
 *
 * Returns: the longest time without any progress, in seconds; 0: no limit
 *
 * Since: 0.1
 */
guint
rf_options_get_timeout (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->timeout;
}

/**
 * rf_options_set_timeout:
 * @self: settings
 * @seconds: the longest time that a consumer waits without one byte arriving; 0 for no limit. The
 *   default is 15. The whole transfer may take as long as it takes.
 *
 * Since: 0.1
 */
void
rf_options_set_timeout (RfOptions *self, guint seconds)
{
  g_return_if_fail (self != NULL);
  self->timeout = seconds;
}

/**
 * rf_options_get_retries:
 * @self: settings
 *
 * Returns: how often a part is asked for again without a new byte; -1: without limit
 *
 * Since: 0.1
 */
int
rf_options_get_retries (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->retries;
}

/**
 * rf_options_set_retries:
 * @self: settings
 * @retries: how many requests for a part may fail one after another without a new byte before the
 *   stream fails; 0 to repeat none, -1 for no limit. The default is 8. Requests that are abandoned
 *   because nothing comes do not count, and those that cannot reach a server which has answered
 *   before: the timeout bounds both.
 *
 * Since: 0.1
 */
void
rf_options_set_retries (RfOptions *self, int retries)
{
  g_return_if_fail (self != NULL);
  self->retries = retries;
}

/**
 * rf_options_get_retry_backoff_factor:
 * @self: settings
 *
 * Returns: the bound of the wait before the first repetition, in seconds
 *
 * Since: 0.1
 */
double
rf_options_get_retry_backoff_factor (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0.0);
  return self->retry_backoff_factor;
}

/**
 * rf_options_set_retry_backoff_factor:
 * @self: settings
 * @seconds: the wait before the n-th repetition in a row is random, between 0 and this times
 *   2^(n-1) seconds; 0 to repeat at once. The default is 0.1.
 *
 * Since: 0.1
 */
void
rf_options_set_retry_backoff_factor (RfOptions *self, double seconds)
{
  g_return_if_fail (self != NULL);
  self->retry_backoff_factor = seconds;
}

/**
 * rf_options_get_retry_backoff_max:
 * @self: settings
 *
 * Returns: the longest wait before a repetition, in seconds
 *
 * Since: 0.1
 */
double
rf_options_get_retry_backoff_max (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0.0);
  return self->retry_backoff_max;
}

/**
 * rf_options_set_retry_backoff_max:
 * @self: settings
 * @seconds: the longest wait before a repetition; 0 to repeat at once. The default is 10. It is never
 *   more than a third of the timeout. What a server asks for by Retry-After is waited for in any case, unless it is longer than the timeout,
 *   which is an error at once.
 *
 * Since: 0.1
 */
void
rf_options_set_retry_backoff_max (RfOptions *self, double seconds)
{
  g_return_if_fail (self != NULL);
  self->retry_backoff_max = seconds;
}

/**
 * rf_options_get_automatic_redirect:
 * @self: settings
 *
 * Returns: whether redirections are followed
 *
 * Since: 0.1
 */
gboolean
rf_options_get_automatic_redirect (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->automatic_redirect;
}

/**
 * rf_options_set_automatic_redirect:
 * @self: settings
 * @automatic_redirect: whether to follow redirections, which is the default; %FALSE: one is the end
 *   of the stream, without data
 *
 * Since: 0.1
 */
void
rf_options_set_automatic_redirect (RfOptions *self, gboolean automatic_redirect)
{
  g_return_if_fail (self != NULL);
  self->automatic_redirect = automatic_redirect;
}

/**
 * rf_options_get_max_redirect:
 * @self: settings
 *
 * Returns: how many redirections in a row are followed; -1: without limit
 *
 * Since: 0.1
 */
int
rf_options_get_max_redirect (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->max_redirect;
}

/**
 * rf_options_set_max_redirect:
 * @self: settings
 * @max_redirect: how many redirections in a row to follow before the stream fails; -1 for no limit.
 *   The default is 10. A location that comes up a second time is an error in any case.
 *
 * Since: 0.1
 */
void
rf_options_set_max_redirect (RfOptions *self, int max_redirect)
{
  g_return_if_fail (self != NULL);
  self->max_redirect = max_redirect;
}
