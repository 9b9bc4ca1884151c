/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ThreadSanitizer sees only code that was compiled for it, and GLib's was not: it would take
 * everything that a GMutex guards for a race. These functions stand before GLib's, do what those do,
 * and tell ThreadSanitizer what they order. Linked into tests of a TSan build only. */

#include <dlfcn.h>
#include <gio/gio.h>
#include <unistd.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(name)                                                                                 \
  static __typeof__ (&name) real;                                                                  \
  if (real == NULL)                                                                                \
  real = (__typeof__ (&name))dlsym (RTLD_NEXT, #name)

/* libcurl's calls are not looked at, but ours that receive from its sockets are: it must be seen that it closes
 * them, for their numbers are another thread's later. Who calls is told by where the call returns to. */
__attribute__ ((no_sanitize ("thread"))) int (close) (int fd)
{
  REAL (close);
  volatile int result = real (fd);

  return result;
}

__attribute__ ((no_sanitize ("thread"))) void (g_mutex_lock) (GMutex *mutex)
{
  REAL (g_mutex_lock);
  real (mutex);
  __tsan_acquire (mutex);
}

__attribute__ ((no_sanitize ("thread"))) void (g_mutex_unlock) (GMutex *mutex)
{
  REAL (g_mutex_unlock);
  __tsan_release (mutex);
  real (mutex);
}

__attribute__ ((no_sanitize ("thread"))) void (g_cond_wait) (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

__attribute__ ((no_sanitize ("thread")))
gboolean (g_cond_wait_until) (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean signalled;
  REAL (g_cond_wait_until);

  __tsan_release (mutex);
  signalled = real (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

/* Who drops the last reference sees what everybody wrote before dropping his. */
__attribute__ ((no_sanitize ("thread"))) gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  REAL (g_atomic_ref_count_dec);
  gboolean last;

  __tsan_release (count);
  last = real (count);
  if (last)
    __tsan_acquire (count);
  return last;
}

/* Whoever finalizes sees it too; only this call knows, so every one acquires. */
__attribute__ ((no_sanitize ("thread"))) void (g_object_unref) (gpointer object)
{
  REAL (g_object_unref);

  __tsan_release (object);
  __tsan_acquire (object);
  real (object);
}

__attribute__ ((no_sanitize ("thread")))
gpointer (g_once_impl) (GOnce *once, GThreadFunc func, gpointer argument)
{
  gpointer value;
  REAL (g_once_impl);

  value = real (once, func, argument);
  __tsan_acquire (once);
  return value;
}

/* What a task returns, its caller gets. */
__attribute__ ((no_sanitize ("thread"))) void (g_task_return_pointer) (GTask *task,
                                                                       gpointer result,
                                                                       GDestroyNotify destroy)
{
  REAL (g_task_return_pointer);

  __tsan_release (task);
  real (task, result, destroy);
}

__attribute__ ((no_sanitize ("thread")))
gpointer (g_task_propagate_pointer) (GTask *task, GError **error)
{
  REAL (g_task_propagate_pointer);

  __tsan_acquire (task);
  return real (task, error);
}

__attribute__ ((no_sanitize ("thread"))) void (g_task_return_error) (GTask *task, GError *error)
{
  REAL (g_task_return_error);

  __tsan_release (task);
  real (task, error);
}

/* Who pops what another has pushed sees what he did before. */
__attribute__ ((no_sanitize ("thread"))) void (g_async_queue_push) (GAsyncQueue *queue,
                                                                    gpointer data)
{
  REAL (g_async_queue_push);

  __tsan_release (queue);
  real (queue, data);
}

__attribute__ ((no_sanitize ("thread"))) gpointer (g_async_queue_pop) (GAsyncQueue *queue)
{
  gpointer data;
  REAL (g_async_queue_pop);

  data = real (queue);
  __tsan_acquire (queue);
  return data;
}

__attribute__ ((no_sanitize ("thread"))) gpointer (g_async_queue_try_pop) (GAsyncQueue *queue)
{
  gpointer data;
  REAL (g_async_queue_try_pop);

  data = real (queue);
  __tsan_acquire (queue);
  return data;
}
