/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A whole object in one piece of shared memory: what read-all returns, and what other processes can
 * attach to by its name. */

#include "rf-parallel-buffer-private.h"

#include "rf-error.h"
#include "rf-shm-private.h"

struct _RfParallelBuffer
{
  GObject parent_instance;

  RfShm *shm; /* NULL: closed */
  gsize size;
};

G_DEFINE_FINAL_TYPE (RfParallelBuffer, rf_parallel_buffer, G_TYPE_OBJECT)

static void
rf_parallel_buffer_finalize (GObject *object)
{
  rf_parallel_buffer_close (RF_PARALLEL_BUFFER (object));

  G_OBJECT_CLASS (rf_parallel_buffer_parent_class)->finalize (object);
}

static void
rf_parallel_buffer_class_init (RfParallelBufferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rf_parallel_buffer_finalize;
}

static void
rf_parallel_buffer_init (RfParallelBuffer *self)
{
}

/**
 * rf_parallel_buffer_new:
 * @name: (nullable): the name of a POSIX shared-memory object to make, or %NULL for anonymous memory
 * @size: the size in bytes; may be 0
 * @error: return location for an error
 *
 * Makes a buffer of zeros. The memory of a named one is reserved, anonymous memory is used as far as it is
 * written to; but if the machine has less left, that is an error in any case. Fails with %RF_ERROR_NO_SPACE,
 * %RF_ERROR_EXISTS and %RF_ERROR_INVALID_ARGUMENT. Not thread-safe: who shares a buffer between
 * threads must not close it under them.
 *
 * Returns: (transfer full): the buffer
 *
 * Since: 0.1
 */
RfParallelBuffer *
rf_parallel_buffer_new (const char *name, gsize size, GError **error)
{
  g_autoptr (RfParallelBuffer) self = NULL;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (size > G_MAXSSIZE)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
                   "%" G_GSIZE_FORMAT " bytes are more than memory can hold", size);
      return NULL;
    }
  self = g_object_new (RF_TYPE_PARALLEL_BUFFER, NULL);
  self->shm = rf_shm_new (name, size, error);
  if (self->shm == NULL)
    return NULL;
  self->size = size;
  return g_steal_pointer (&self);
}

/**
 * rf_parallel_buffer_get_data: (skip)
 * @self: a buffer
 *
 * Returns: (nullable): the memory, owned by the buffer; %NULL after
 *   [method@RingFetch.ParallelBuffer.close]
 *
 * Since: 0.1
 */
guint8 *
rf_parallel_buffer_get_data (RfParallelBuffer *self)
{
  g_return_val_if_fail (RF_IS_PARALLEL_BUFFER (self), NULL);
  return self->shm != NULL ? rf_shm_get_data (self->shm) : NULL;
}

/**
 * rf_parallel_buffer_get_size:
 * @self: a buffer
 *
 * Returns: the size in bytes; 0 after [method@RingFetch.ParallelBuffer.close]
 *
 * Since: 0.1
 */
gsize
rf_parallel_buffer_get_size (RfParallelBuffer *self)
{
  g_return_val_if_fail (RF_IS_PARALLEL_BUFFER (self), 0);
  return self->size;
}

/**
 * rf_parallel_buffer_get_name:
 * @self: a buffer
 *
 * Returns: (nullable): the name of the shared-memory object without a slash; %NULL for anonymous
 *   memory and after [method@RingFetch.ParallelBuffer.close]
 *
 * Since: 0.1
 */
const char *
rf_parallel_buffer_get_name (RfParallelBuffer *self)
{
  g_return_val_if_fail (RF_IS_PARALLEL_BUFFER (self), NULL);
  return self->shm != NULL ? rf_shm_get_name (self->shm) : NULL;
}

/**
 * rf_parallel_buffer_to_bytes:
 * @self: a buffer
 *
 * Returns: (transfer full) (nullable): a copy of the bytes; %NULL after
 *   [method@RingFetch.ParallelBuffer.close]
 *
 * Since: 0.1
 */
GBytes *
rf_parallel_buffer_to_bytes (RfParallelBuffer *self)
{
  g_return_val_if_fail (RF_IS_PARALLEL_BUFFER (self), NULL);
  return self->shm != NULL ? g_bytes_new (rf_shm_get_data (self->shm), self->size) : NULL;
}

/**
 * rf_parallel_buffer_close:
 * @self: a buffer
 *
 * Unmaps the memory and removes its name. May be called more than once. Finalizing the buffer does
 * it too.
 *
 * Since: 0.1
 */
void
rf_parallel_buffer_close (RfParallelBuffer *self)
{
  g_return_if_fail (RF_IS_PARALLEL_BUFFER (self));

  g_clear_pointer (&self->shm, rf_shm_free);
  self->size = 0;
}

gboolean
rf_parallel_buffer_set_size (RfParallelBuffer *self, gsize size, GError **error)
{
  gsize reserved = rf_shm_get_size (self->shm);

  /* Doubling keeps the moves few: every byte is moved less than twice on average. */
  if (size > reserved && !rf_shm_grow (self->shm, MAX (size, reserved * 2), error))
    return FALSE;
  self->size = size;
  return TRUE;
}
