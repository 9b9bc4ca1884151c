/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings as one value that is copied into a reader, so that nothing changes under a running
 * stream. A setter takes what it is given; the check comes where the value is used, because only
 * there can an error be reported. */

#include "rf-options-private.h"

#include "rf-error.h"

#define DEFAULT_WORKERS 8
#define DEFAULT_TIMEOUT_SECONDS 15
#define DEFAULT_RETRIES 3
#define DEFAULT_USER_AGENT "RingFetch/" RF_VERSION

/* The ring that is chosen without being asked for takes no more than this. */
#define DEFAULT_RING_SIZE ((gsize)64 << 20)

/* At 20 MiB/s a slot of 4 MiB takes 200 ms, which hides a first-byte latency of some milliseconds;
 * larger ones gain little and leave the processor's caches. */
#define DEFAULT_SLOT_SIZE ((gsize)4 << 20)

/* Two slots a worker: one that fills while the consumer has the other. */
#define SLOTS_PER_WORKER 2

/* With fewer, every buffer would be copied out: two slots are always kept for fetching. */
#define DEFAULT_MIN_SLOTS 4

struct _RfOptions
{
  guint num_workers;
  guint num_slots;
  guint64 slot_size;
  char *shm_name;
  guint timeout;
  int retries;
  char *user_agent;
};

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
  g_free (self);
}

/**
 * rf_options_get_num_workers:
 * @self: settings
 *
 * Returns: the most requests in flight; 0: chosen by the library
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
 * @num_workers: the most requests in flight, 1 to 256; 0 (the default) lets the library choose
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
 *   of 64 MiB at most. Two slots are always kept for fetching: with fewer than three, all is copied.
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
 *   asks for; 0 (the default) lets the library choose
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
  char *copy;

  g_return_if_fail (self != NULL);

  copy = g_strdup (shm_name);
  g_free (self->shm_name);
  self->shm_name = copy;
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
 *   stream fails; 0 to repeat none, -1 for no limit. The default is 3.
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
 * rf_options_get_user_agent:
 * @self: settings
 *
 * Returns: (nullable): the value of the User-Agent header; %NULL: none is sent
 *
 * Since: 0.1
 */
const char *
rf_options_get_user_agent (const RfOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->user_agent;
}

/**
 * rf_options_set_user_agent:
 * @self: settings
 * @user_agent: (nullable): the value of the User-Agent header; %NULL to send none
 *
 * Since: 0.1
 */
void
rf_options_set_user_agent (RfOptions *self, const char *user_agent)
{
  char *copy;

  g_return_if_fail (self != NULL);

  copy = g_strdup (user_agent);
  g_free (self->user_agent);
  self->user_agent = copy;
}

gboolean
rf_options_decide_geometry (const RfOptions *self, RfGeometry *geometry, GError **error)
{
  guint64 slot_size = self->slot_size;
  guint num_workers = self->num_workers;
  guint num_slots = self->num_slots;
  gsize total;

  if (num_workers > RF_MAX_WORKERS)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "num-workers is %u; set it to 0 (automatic) or to 1 to %u", num_workers,
                   RF_MAX_WORKERS);
      return FALSE;
    }
  if (slot_size != 0 && slot_size < RF_MIN_SLOT_SIZE)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "slot-size is %" G_GUINT64_FORMAT
                   " bytes; set it to 0 (automatic) or to %u at least",
                   slot_size, RF_MIN_SLOT_SIZE);
      return FALSE;
    }

  if (num_workers == 0)
    num_workers = DEFAULT_WORKERS;
  if (slot_size == 0)
    slot_size
        = CLAMP (DEFAULT_RING_SIZE / (num_slots != 0 ? num_slots : num_workers * SLOTS_PER_WORKER),
                 RF_MIN_SLOT_SIZE, DEFAULT_SLOT_SIZE);
  if (num_slots == 0)
    num_slots = (guint)CLAMP (DEFAULT_RING_SIZE / slot_size, (guint64)DEFAULT_MIN_SLOTS,
                              MAX ((guint64)num_workers * SLOTS_PER_WORKER, DEFAULT_MIN_SLOTS));

  if (slot_size > G_MAXSSIZE || !g_size_checked_mul (&total, (gsize)slot_size, num_slots)
      || total > G_MAXSSIZE)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "A ring of %u slots of %" G_GUINT64_FORMAT
                   " bytes is larger than memory can be; lower num-slots or slot-size",
                   num_slots, slot_size);
      return FALSE;
    }

  geometry->num_workers = num_workers;
  geometry->num_slots = num_slots;
  geometry->slot_size = (gsize)slot_size;
  return TRUE;
}

gboolean
rf_options_check (const RfOptions *self, GError **error)
{
  if (self->retries < -1)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "retries is %d; set it to 0 or more, or to -1 for no limit", self->retries);
      return FALSE;
    }
  for (const char *c = self->user_agent; c != NULL && *c != '\0'; c++)
    {
      if (!g_ascii_iscntrl (*c) || *c == '\t')
        continue;
      g_set_error_literal (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                           "user-agent has a control character, which a header cannot have; "
                           "remove it");
      return FALSE;
    }
  return TRUE;
}
