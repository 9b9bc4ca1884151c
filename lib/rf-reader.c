/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The public face of a download: bytes in order, lent out of the ring. It adds the checks, the
 * asynchronous variants and reading all; what it does is done by the fetcher, which outlives a close
 * so that one thread may close while another one reads. */

#include "rf-reader.h"

#include "rf-error.h"
#include "rf-fetcher-private.h"
#include "rf-parallel-buffer-private.h"

#include <string.h>

/* Memory for a resource of unknown size begins with this much and doubles. */
#define FIRST_BUFFER_SIZE ((gsize)1 << 20)

/* Made by rf_reader_new(), and not bare by g_object_new(). */
#define IS_READER(self) (RF_IS_READER (self) && (self)->fetcher != NULL)

struct _RfReader
{
  GObject parent_instance;

  /* Immutable after construction. */
  RfFetcher *fetcher;
  RfRingBuffer *ring;
  gboolean own_ring; /* made here: its name goes when the reader is closed */
};

G_DEFINE_FINAL_TYPE (RfReader, rf_reader, G_TYPE_OBJECT)

static void
rf_reader_dispose (GObject *object)
{
  RfReader *self = RF_READER (object);

  if (self->fetcher != NULL)
    rf_reader_close (self);
  g_clear_pointer (&self->fetcher, rf_fetcher_unref);
  g_clear_object (&self->ring);

  G_OBJECT_CLASS (rf_reader_parent_class)->dispose (object);
}

static void
rf_reader_class_init (RfReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rf_reader_dispose;
}

static void
rf_reader_init (RfReader *self)
{
}

/**
 * rf_reader_new:
 * @session: (nullable): the session to use; %NULL for the default one
 * @location: an absolute http or https URI
 * @options: (nullable): the settings; %NULL for the defaults
 * @ring: (nullable): the ring to use, whose sizes then stand instead of those of @options; %NULL to
 *   make one. A ring serves one reader at a time: the one that was made last, and closes others.
 * @error: return location for an error
 *
 * Makes a reader. Nothing is sent yet. Fails at once where the location or a setting is wrong or the
 * memory of the ring cannot be had.
 *
 * A reader has one consumer: read and read-all must not run at the same time on several threads.
 * Everything else may be called on any thread at any time.
 *
 * Returns: (transfer full): the reader
 *
 * Since: 0.1
 */
RfReader *
rf_reader_new (RfSession *session,
               const char *location,
               const RfOptions *options,
               RfRingBuffer *ring,
               GError **error)
{
  g_autoptr (RfOptions) defaults = options == NULL ? rf_options_new () : NULL;
  g_autoptr (RfLocation) checked = NULL;
  g_autoptr (RfReader) self = NULL;
  RfGeometry geometry;

  g_return_val_if_fail (session == NULL || rf_session_get_num_threads (session) > 0, NULL);
  g_return_val_if_fail (ring == NULL || rf_ring_buffer_get_num_slots (ring) > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (options == NULL)
    options = defaults;
  checked = rf_location_new (location, error);
  if (checked == NULL || !rf_options_check (options, error)
      || !rf_options_decide_geometry (options, &geometry, error))
    return NULL;
  if (session == NULL)
    session = rf_session_get_default ();
  if (session == NULL)
    {
      g_set_error_literal (error, RF_ERROR, RF_ERROR_NO_SPACE,
                           "No I/O threads could be made; raise the limits of threads and open "
                           "files");
      return NULL;
    }

  self = g_object_new (RF_TYPE_READER, NULL);
  self->own_ring = ring == NULL;
  self->ring
      = self->own_ring ? rf_ring_buffer_new_for_options (options, error) : g_object_ref (ring);
  if (self->ring == NULL)
    return NULL;
  self->fetcher = rf_fetcher_new (session, self->ring, checked, options);
  return g_steal_pointer (&self);
}

/**
 * rf_reader_get_ring_buffer:
 * @self: a reader
 *
 * Returns: (transfer none): the ring that the bytes lie in
 *
 * Since: 0.1
 */
RfRingBuffer *
rf_reader_get_ring_buffer (RfReader *self)
{
  g_return_val_if_fail (IS_READER (self), NULL);
  return self->ring;
}

/**
 * rf_reader_open:
 * @self: a reader
 * @cancellable: (nullable): a way to end the wait
 * @error: return location for an error
 *
 * Waits until the server has said what the resource is. Its first bytes are on their way then.
 * Reading opens by itself; this is for who wants to know the size first.
 *
 * Returns: whether the resource can be read
 *
 * Since: 0.1
 */
gboolean
rf_reader_open (RfReader *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (IS_READER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  return rf_fetcher_open (self->fetcher, cancellable, error);
}

/* Has a thread of its own run `func` and then drop the task. The pool that GIO has for tasks is a small
 * one that is shared by all, and what waits for a server would block it. */
static void
run_in_own_thread (GTask *task, GThreadFunc func)
{
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_try_new ("ringfetch-task", func, g_object_ref (task), &error);

  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }
  g_task_return_new_error (task, RF_ERROR, RF_ERROR_NO_SPACE,
                           "A thread to wait could not be started (%s); raise the limit of threads",
                           error->message);
  g_object_unref (task);
}

static gpointer
run_open (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (rf_reader_open (g_task_get_source_object (task), g_task_get_cancellable (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * rf_reader_open_async:
 * @self: a reader
 * @cancellable: (nullable): a way to end the wait
 * @callback: (scope async): called when it is done
 * @user_data: data for @callback
 *
 * Does what [method@RingFetch.Reader.open] does, without blocking.
 *
 * Since: 0.1
 */
void
rf_reader_open_async (RfReader *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (IS_READER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rf_reader_open_async);
  run_in_own_thread (task, run_open);
}

/**
 * rf_reader_open_finish:
 * @self: a reader
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Returns: whether the resource can be read
 *
 * Since: 0.1
 */
gboolean
rf_reader_open_finish (RfReader *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * rf_reader_is_open:
 * @self: a reader
 *
 * Never waits.
 *
 * Returns: whether the server has said by now what the resource is
 *
 * Since: 0.1
 */
gboolean
rf_reader_is_open (RfReader *self)
{
  gboolean ranges;
  guint64 size;

  g_return_val_if_fail (IS_READER (self), FALSE);
  return rf_fetcher_get_resource (self->fetcher, &size, &ranges);
}

/**
 * rf_reader_get_size:
 * @self: a reader
 * @size: (out): return location for the size of the resource in bytes
 *
 * Never waits.
 *
 * Returns: whether the size is known by now
 *
 * Since: 0.1
 */
gboolean
rf_reader_get_size (RfReader *self, guint64 *size)
{
  gboolean ranges;

  g_return_val_if_fail (IS_READER (self), FALSE);
  g_return_val_if_fail (size != NULL, FALSE);
  return rf_fetcher_get_resource (self->fetcher, size, &ranges) && *size != RF_SIZE_UNKNOWN;
}

/**
 * rf_reader_is_seekable:
 * @self: a reader
 *
 * Never waits.
 *
 * Returns: whether the resource is known to be readable from any offset
 *
 * Since: 0.1
 */
gboolean
rf_reader_is_seekable (RfReader *self)
{
  gboolean ranges;
  guint64 size;

  g_return_val_if_fail (IS_READER (self), FALSE);
  return rf_fetcher_get_resource (self->fetcher, &size, &ranges) && ranges;
}

/**
 * rf_reader_dup_uri:
 * @self: a reader
 *
 * Never waits. The URI is for further requests and not for logs: it may hold a password or a signature.
 *
 * Returns: (transfer full) (nullable): where the resource really is, after redirects; %NULL: that is not
 *   known yet
 *
 * Since: 0.1
 */
char *
rf_reader_dup_uri (RfReader *self)
{
  g_return_val_if_fail (IS_READER (self), NULL);
  return rf_fetcher_dup_uri (self->fetcher);
}

/**
 * rf_reader_seek:
 * @self: a reader
 * @start: offset of the byte to go on with, at most %G_MAXINT64; beyond the end of the resource there
 *   is nothing to read
 * @stop: offset to stop before; %RF_SIZE_UNKNOWN: the end of the resource
 * @error: return location for an error
 *
 * Goes on elsewhere. Never waits for the network: what was asked for and is not wanted any more is
 * dropped when it comes. Loans stay as they are. Where the server is known not to support ranges, it
 * fails with %RF_ERROR_NOT_SEEKABLE unless the bytes are here already or it goes back to the start,
 * which is asked for anew. After an error of reading, a seek begins anew.
 *
 * Returns: whether reading goes on there
 *
 * Since: 0.1
 */
gboolean
rf_reader_seek (RfReader *self, guint64 start, guint64 stop, GError **error)
{
  g_return_val_if_fail (IS_READER (self), FALSE);
  g_return_val_if_fail (start <= stop, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (start > G_MAXINT64)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "No resource has a byte at offset %" G_GUINT64_FORMAT, start);
      return FALSE;
    }
  return rf_fetcher_seek (self->fetcher, start, stop, error);
}

/**
 * rf_reader_read:
 * @self: a reader
 * @max_size: the most bytes to return, 1 at least
 * @cancellable: (nullable): a way to end the wait
 * @error: return location for an error
 *
 * Waits for the next bytes, which are lent to the caller: as many as have come of a part after a
 * moment's wait, at once after a start or seek. While the caller holds all slots but two, bytes are
 * copied out of the ring, so that fetching goes on.
 *
 * A loan of size 0 is the end of the resource.
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 0.1
 */
RfLoan *
rf_reader_read (RfReader *self, gsize max_size, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (IS_READER (self), NULL);
  g_return_val_if_fail (max_size > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  return rf_fetcher_take (self->fetcher, max_size, cancellable, error);
}

static gpointer
run_read (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  RfLoan *loan = rf_reader_read (g_task_get_source_object (task),
                                 GPOINTER_TO_SIZE (g_task_get_task_data (task)),
                                 g_task_get_cancellable (task), &error);

  if (loan != NULL)
    g_task_return_pointer (task, loan, (GDestroyNotify)rf_loan_unref);
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * rf_reader_read_async:
 * @self: a reader
 * @max_size: the most bytes to return, 1 at least
 * @cancellable: (nullable): a way to end the wait
 * @callback: (scope async): called when it is done
 * @user_data: data for @callback
 *
 * Does what [method@RingFetch.Reader.read] does, without blocking.
 *
 * Since: 0.1
 */
void
rf_reader_read_async (RfReader *self,
                      gsize max_size,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (IS_READER (self));
  g_return_if_fail (max_size > 0);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rf_reader_read_async);
  g_task_set_task_data (task, GSIZE_TO_POINTER (max_size), NULL);
  /* A loan that nobody takes any more must come back to the ring, not be replaced by an error. */
  g_task_set_check_cancellable (task, FALSE);
  run_in_own_thread (task, run_read);
}

/**
 * rf_reader_read_finish:
 * @self: a reader
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 0.1
 */
RfLoan *
rf_reader_read_finish (RfReader *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Makes the memory for what is left, as far as its size is known. */
static RfParallelBuffer *
new_buffer (RfReader *self, const char *name, GError **error)
{
  guint64 size;

  if (!rf_reader_get_size (self, &size))
    {
      if (name == NULL)
        return rf_parallel_buffer_new (NULL, FIRST_BUFFER_SIZE, error);
      g_set_error_literal (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                           "The server does not tell the size of the resource, which named memory "
                           "needs; leave the name unset");
      return NULL;
    }
  if (size > G_MAXSSIZE)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
                   "The resource has %" G_GUINT64_FORMAT
                   " bytes, more than memory can hold; read it piece by piece",
                   size);
      return NULL;
    }
  return rf_parallel_buffer_new (name, (gsize)size, error);
}

/**
 * rf_reader_read_all:
 * @self: a reader
 * @name: (nullable): the name of a POSIX shared-memory object to make, or %NULL for anonymous memory
 * @cancellable: (nullable): a way to end the wait
 * @error: return location for an error
 *
 * Reads the whole resource into one piece of shared memory, from its start. Where the server
 * tells the size, it is an error before the first byte is read if there is not so much memory. Progress can be
 * seen in [method@RingFetch.Reader.get_stats] meanwhile.
 *
 * Returns: (transfer full): the resource
 *
 * Since: 0.1
 */
RfParallelBuffer *
rf_reader_read_all (RfReader *self, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (RfParallelBuffer) buffer = NULL;
  gsize filled = 0;

  g_return_val_if_fail (IS_READER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!rf_reader_seek (self, 0, RF_SIZE_UNKNOWN, error)
      || !rf_reader_open (self, cancellable, error))
    return NULL;
  buffer = new_buffer (self, name, error);
  if (buffer == NULL)
    return NULL;

  for (;;)
    {
      g_autoptr (RfLoan) loan = rf_reader_read (self, G_MAXSSIZE, cancellable, error);
      const guint8 *data;
      gsize size;

      if (loan == NULL)
        return NULL;
      data = rf_loan_get_data (loan, &size);
      if (size == 0)
        break;
      if (size > rf_parallel_buffer_get_size (buffer) - filled
          && !rf_parallel_buffer_set_size (buffer, filled + size, error))
        return NULL;
      memcpy (rf_parallel_buffer_get_data (buffer) + filled, data, size);
      filled += size;
    }
  if (!rf_parallel_buffer_set_size (buffer, filled, error))
    return NULL;
  return g_steal_pointer (&buffer);
}

static gpointer
run_read_all (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  RfParallelBuffer *buffer
      = rf_reader_read_all (g_task_get_source_object (task), g_task_get_task_data (task),
                            g_task_get_cancellable (task), &error);

  if (buffer != NULL)
    g_task_return_pointer (task, buffer, g_object_unref);
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * rf_reader_read_all_async:
 * @self: a reader
 * @name: (nullable): the name of a POSIX shared-memory object to make, or %NULL for anonymous memory
 * @cancellable: (nullable): a way to end the wait
 * @callback: (scope async): called when it is done
 * @user_data: data for @callback
 *
 * Does what [method@RingFetch.Reader.read_all] does, without blocking.
 *
 * Since: 0.1
 */
void
rf_reader_read_all_async (RfReader *self,
                          const char *name,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (IS_READER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rf_reader_read_all_async);
  g_task_set_task_data (task, g_strdup (name), g_free);
  run_in_own_thread (task, run_read_all);
}

/**
 * rf_reader_read_all_finish:
 * @self: a reader
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Returns: (transfer full): the resource
 *
 * Since: 0.1
 */
RfParallelBuffer *
rf_reader_read_all_finish (RfReader *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * rf_reader_get_error_status:
 * @self: a reader
 *
 * Returns: the HTTP status of the answer that reading failed with; 0 where it did not fail, or not
 *   because of an answer
 *
 * Since: 0.1
 */
guint
rf_reader_get_error_status (RfReader *self)
{
  g_return_val_if_fail (IS_READER (self), 0);
  return rf_fetcher_get_error_status (self->fetcher);
}

/**
 * rf_reader_get_stats:
 * @self: a reader
 *
 * Returns: (transfer full): what the reader has done so far
 *
 * Since: 0.1
 */
RfStats *
rf_reader_get_stats (RfReader *self)
{
  RfStats *stats;

  g_return_val_if_fail (IS_READER (self), NULL);

  stats = g_new0 (RfStats, 1);
  rf_fetcher_get_stats (self->fetcher, stats);
  return stats;
}

/**
 * rf_reader_close:
 * @self: a reader
 *
 * Ends all requests and wakes a waiting consumer, which gets %RF_ERROR_CLOSED. Returns at once, on a
 * dead network too. Loans stay as they are. The name of a ring that the reader has made is removed; a
 * ring that it was given stays as it is. May be called more than once.
 *
 * Since: 0.1
 */
void
rf_reader_close (RfReader *self)
{
  g_return_if_fail (IS_READER (self));

  rf_fetcher_close (self->fetcher);
  if (self->own_ring)
    rf_ring_buffer_close (self->ring);
}
