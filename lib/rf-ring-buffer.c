/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ring: where every byte of a stream lies from its arrival until the consumer lets go of it.
 *
 * A slot is free exactly when all of it was delivered, nobody writes into it and nobody holds bytes
 * of it. These three facts change on three threads (consumer, reactor, whoever drops the last
 * buffer), so one short lock guards them; the bytes themselves need none, since a slot has either
 * one writer a byte or readers only. Free slots are a stack: the slot freed last is taken first, so
 * that a fast consumer keeps the same few slots in the processor's caches.
 *
 * Layout of the memory: slot i at i * slot_size, then, at the next multiple of 64, one ready event
 * (32 bits) a slot. */

#include "rf-ring-buffer-private.h"

#include "rf-error.h"
#include "rf-event-private.h"
#include "rf-options-private.h"
#include "rf-shm-private.h"

/* Events begin on a cache line of their own. */
#define EVENTS_ALIGNMENT 64

/* Made by one of the functions here, and not bare by g_object_new(). */
#define IS_RING(self) (RF_IS_RING_BUFFER (self) && (self)->shm != NULL)

/* Slots that are always kept for fetching: the head of the stream and the part behind it. */
#define SLOTS_KEPT 2

/* A ring that is made smaller for want of memory has so many slots at least. */
#define MIN_CHOSEN_SLOTS 4

typedef struct
{
  gsize length;    /* of the part; 0: the slot is free */
  gsize filled;    /* contiguous prefix that has arrived */
  gsize delivered; /* prefix that has been handed out or passed over; may run ahead of filled */
  guint writers;   /* requests that may write */
  guint lent;      /* loans outstanding */
  guint64 freed;   /* when it became free last: after so many that did */
} RfSlot;

/* The function to call when a slot gets free, kept alive while it is called without the lock. */
typedef struct
{
  gatomicrefcount references;
  RfRingBufferFreeFunc func;
  gpointer data;
  GDestroyNotify destroy;
} RfFreeNotify;

struct _RfRingBuffer
{
  GObject parent_instance;

  /* Immutable after construction. */
  guint num_slots;
  gsize slot_size;
  RfShm *shm;
  RfEvent *events; /* in the shared memory */

  struct
  {
    GMutex lock;
    RfSlot *slots;
    guint *free_stack; /* in the order in which they became free */
    guint num_free;
    guint64 num_freed; /* so often a slot became free */
    guint num_lent;    /* slots with loans */
    RfFreeNotify *notify;
  } locked;
};

G_DEFINE_FINAL_TYPE (RfRingBuffer, rf_ring_buffer, G_TYPE_OBJECT)

static void
free_notify_unref (RfFreeNotify *notify)
{
  if (!g_atomic_ref_count_dec (&notify->references))
    return;
  if (notify->destroy != NULL)
    notify->destroy (notify->data);
  g_free (notify);
}

static void
push_free_locked (RfRingBuffer *self, guint index)
{
  const RfSlot *slots = self->locked.slots;
  guint *stack = self->locked.free_stack;
  guint place = self->locked.num_free++;

  for (; place > 0 && slots[stack[place - 1]].freed > slots[index].freed; place--)
    stack[place] = stack[place - 1];
  stack[place] = index;
}

/* Makes the slot free if nothing keeps it. Returns whether it became free. */
static gboolean
settle_locked (RfRingBuffer *self, guint index)
{
  RfSlot *slot = &self->locked.slots[index];

  if (slot->length == 0 || slot->delivered < slot->length || slot->writers > 0 || slot->lent > 0)
    return FALSE;
  *slot = (RfSlot){ .freed = ++self->locked.num_freed };
  push_free_locked (self, index);
  return TRUE;
}

/* Gives up the lock and then tells, if a slot became free under it. */
static void
unlock_and_notify (RfRingBuffer *self, gboolean became_free)
{
  RfFreeNotify *notify = became_free ? self->locked.notify : NULL;

  if (notify != NULL)
    g_atomic_ref_count_inc (&notify->references);
  g_mutex_unlock (&self->locked.lock);
  if (notify != NULL)
    {
      notify->func (notify->data);
      free_notify_unref (notify);
    }
}

static void
rf_ring_buffer_finalize (GObject *object)
{
  RfRingBuffer *self = RF_RING_BUFFER (object);

  g_clear_pointer (&self->locked.notify, free_notify_unref);
  g_clear_pointer (&self->shm, rf_shm_free);
  g_free (self->locked.slots);
  g_free (self->locked.free_stack);
  g_mutex_clear (&self->locked.lock);

  G_OBJECT_CLASS (rf_ring_buffer_parent_class)->finalize (object);
}

static void
rf_ring_buffer_class_init (RfRingBufferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rf_ring_buffer_finalize;
}

static void
rf_ring_buffer_init (RfRingBuffer *self)
{
  g_mutex_init (&self->locked.lock);
}

/* Where the events begin, and the size of all. */
static gboolean
lay_out (guint num_slots, gsize slot_size, gsize *events_at, gsize *size, GError **error)
{
  if (num_slots > 0 && slot_size > 0 && slot_size <= G_MAXSSIZE
      && g_size_checked_mul (events_at, slot_size, num_slots)
      && g_size_checked_add (events_at, *events_at, EVENTS_ALIGNMENT - 1))
    {
      *events_at -= *events_at % EVENTS_ALIGNMENT;
      if (g_size_checked_add (size, *events_at, num_slots * sizeof (RfEvent))
          && *size <= G_MAXSSIZE)
        return TRUE;
    }
  g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
               "A ring of %u slots of %" G_GSIZE_FORMAT
               " bytes cannot be made; a ring needs one slot "
               "and one byte at least, and to fit into memory",
               num_slots, slot_size);
  return FALSE;
}

static RfRingBuffer *
new_with_shm (RfShm *shm, guint num_slots, gsize slot_size, gsize events_at)
{
  RfRingBuffer *self = g_object_new (RF_TYPE_RING_BUFFER, NULL);

  self->num_slots = num_slots;
  self->slot_size = slot_size;
  self->shm = shm;
  self->events = (RfEvent *)(gpointer)((guint8 *)rf_shm_get_data (shm) + events_at);
  self->locked.slots = g_new0 (RfSlot, num_slots);
  self->locked.free_stack = g_new (guint, num_slots);
  while (self->locked.num_free < num_slots)
    {
      self->locked.free_stack[self->locked.num_free] = num_slots - 1 - self->locked.num_free;
      self->locked.num_free++;
    }
  return self;
}

/**
 * rf_ring_buffer_new:
 * @name: (nullable): the name of a POSIX shared-memory object to make, or %NULL for anonymous
 *   memory, which leaves nothing behind when the process is killed
 * @num_slots: the number of slots, 1 at least
 * @slot_size: the size of a slot in bytes, 1 at least
 * @error: return location for an error
 *
 * Makes a ring. The memory of a named one is reserved, anonymous memory is used as far as it is written to.
 * Fails with %RF_ERROR_NO_SPACE where there is not enough, with %RF_ERROR_EXISTS where the name is taken, and
 * with %RF_ERROR_INVALID_ARGUMENT where a name or a size cannot be.
 *
 * Returns: (transfer full): the ring
 *
 * Since: 0.1
 */
RfRingBuffer *
rf_ring_buffer_new (const char *name, guint num_slots, gsize slot_size, GError **error)
{
  g_autoptr (RfShm) shm = NULL;
  gsize events_at, size;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!lay_out (num_slots, slot_size, &events_at, &size, error))
    return NULL;
  shm = rf_shm_new (name, size, error);
  if (shm == NULL || !rf_shm_seal (shm, error))
    return NULL;
  return new_with_shm (g_steal_pointer (&shm), num_slots, slot_size, events_at);
}

/**
 * rf_ring_buffer_new_for_options:
 * @options: settings of a reader
 * @error: return location for an error
 *
 * Makes the ring that a reader with these settings would make for itself. Who reads one object after
 * another keeps it and gives it to each reader. Where no number of slots is set and memory is short, the
 * ring gets fewer.
 *
 * Returns: (transfer full): the ring
 *
 * Since: 0.1
 */
RfRingBuffer *
rf_ring_buffer_new_for_options (const RfOptions *options, GError **error)
{
  RfGeometry geometry;

  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!rf_options_decide_geometry (options, &geometry, error))
    return NULL;
  for (;; geometry.num_slots /= 2)
    {
      g_autoptr (GError) failure = NULL;
      RfRingBuffer *self = rf_ring_buffer_new (rf_options_get_shm_name (options),
                                               geometry.num_slots, geometry.slot_size, &failure);

      if (self != NULL)
        return self;
      if (rf_options_get_num_slots (options) != 0 || geometry.num_slots < 2 * MIN_CHOSEN_SLOTS
          || !g_error_matches (failure, RF_ERROR, RF_ERROR_NO_SPACE))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
}

/**
 * rf_ring_buffer_attach:
 * @name: the name of the ring
 * @num_slots: the number of slots it was made with
 * @slot_size: the size of the slots it was made with
 * @error: return location for an error
 *
 * Attaches to the memory of a named ring of another process. The bytes and the ready events are
 * shared; which slots are reserved or lent is known only to the process that does it. Fails with
 * %RF_ERROR_NOT_FOUND where no such ring exists, and with %RF_ERROR_INVALID_ARGUMENT where it has
 * another size.
 *
 * Returns: (transfer full): the ring
 *
 * Since: 0.1
 */
RfRingBuffer *
rf_ring_buffer_attach (const char *name, guint num_slots, gsize slot_size, GError **error)
{
  RfShm *shm;
  gsize events_at, size;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!lay_out (num_slots, slot_size, &events_at, &size, error))
    return NULL;
  shm = rf_shm_attach (name, size, error);
  return shm != NULL ? new_with_shm (shm, num_slots, slot_size, events_at) : NULL;
}

/**
 * rf_ring_buffer_get_num_slots:
 * @self: a ring
 *
 * Returns: the number of slots
 *
 * Since: 0.1
 */
guint
rf_ring_buffer_get_num_slots (RfRingBuffer *self)
{
  g_return_val_if_fail (IS_RING (self), 0);
  return self->num_slots;
}

/**
 * rf_ring_buffer_get_slot_size:
 * @self: a ring
 *
 * Returns: the size of a slot in bytes
 *
 * Since: 0.1
 */
gsize
rf_ring_buffer_get_slot_size (RfRingBuffer *self)
{
  g_return_val_if_fail (IS_RING (self), 0);
  return self->slot_size;
}

/**
 * rf_ring_buffer_get_buf: (skip)
 * @self: a ring
 * @size: (out) (optional): return location for the size of all slots together
 *
 * Slot i lies at i times the slot size.
 *
 * Returns: the memory of the slots, owned by the ring and mapped as long as it lives
 *
 * Since: 0.1
 */
guint8 *
rf_ring_buffer_get_buf (RfRingBuffer *self, gsize *size)
{
  g_return_val_if_fail (IS_RING (self), NULL);

  if (size != NULL)
    *size = self->num_slots * self->slot_size;
  return rf_shm_get_data (self->shm);
}

/**
 * rf_ring_buffer_get_name:
 * @self: a ring
 *
 * Returns: (nullable): the name of the shared-memory object without a slash, as Python's
 *   `SharedMemory(name=…)` takes it; %NULL for an anonymous ring
 *
 * Since: 0.1
 */
const char *
rf_ring_buffer_get_name (RfRingBuffer *self)
{
  g_return_val_if_fail (IS_RING (self), NULL);
  return rf_shm_get_name (self->shm);
}

/**
 * rf_ring_buffer_get_fd:
 * @self: a ring
 *
 * The descriptor of an anonymous ring is sealed: it cannot be resized, nor mapped for writing.
 *
 * Returns: the file descriptor of the memory, owned by the ring
 *
 * Since: 0.1
 */
int
rf_ring_buffer_get_fd (RfRingBuffer *self)
{
  g_return_val_if_fail (IS_RING (self), -1);
  return rf_shm_get_fd (self->shm);
}

/**
 * rf_ring_buffer_set_ready:
 * @self: a ring
 * @slot: index of a slot
 *
 * Sets the slot's ready event and wakes a waiter, of whichever process. What was written into the
 * slot before is seen by the waiter. [method@RingFetch.RingBuffer.commit] does it by itself when
 * the whole part has come.
 *
 * Since: 0.1
 */
void
rf_ring_buffer_set_ready (RfRingBuffer *self, guint slot)
{
  g_return_if_fail (IS_RING (self));
  g_return_if_fail (slot < self->num_slots);
  rf_event_set (&self->events[slot]);
}

/**
 * rf_ring_buffer_is_ready:
 * @self: a ring
 * @slot: index of a slot
 *
 * Returns: whether the slot's ready event is set
 *
 * Since: 0.1
 */
gboolean
rf_ring_buffer_is_ready (RfRingBuffer *self, guint slot)
{
  g_return_val_if_fail (IS_RING (self), FALSE);
  g_return_val_if_fail (slot < self->num_slots, FALSE);
  return rf_event_is_set (&self->events[slot]);
}

/**
 * rf_ring_buffer_wait_slot:
 * @self: a ring
 * @slot: index of a slot
 * @timeout: the longest time to wait in microseconds; negative: for ever
 * @cancellable: (nullable): a way to end the wait
 * @error: return location for an error
 *
 * Waits until the slot's ready event is set, and resets it. Fails with %RF_ERROR_TIMED_OUT after
 * the timeout and with %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the event was set
 *
 * Since: 0.1
 */
gboolean
rf_ring_buffer_wait_slot (
    RfRingBuffer *self, guint slot, gint64 timeout, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (IS_RING (self), FALSE);
  g_return_val_if_fail (slot < self->num_slots, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  return rf_event_wait (&self->events[slot], timeout, cancellable, error);
}

/**
 * rf_ring_buffer_read_slot:
 * @self: a ring
 * @slot: index of a slot
 * @length: how many bytes, at most the slot size
 *
 * Returns: (transfer full): a copy of the first bytes of the slot
 *
 * Since: 0.1
 */
GBytes *
rf_ring_buffer_read_slot (RfRingBuffer *self, guint slot, gsize length)
{
  g_return_val_if_fail (IS_RING (self), NULL);
  g_return_val_if_fail (slot < self->num_slots, NULL);
  g_return_val_if_fail (length <= self->slot_size, NULL);
  return g_bytes_new (rf_ring_buffer_get_slot_data (self, slot), length);
}

/**
 * rf_ring_buffer_reserve:
 * @self: a ring
 * @length: the length of the part that the slot is to hold, 1 to the slot size
 *
 * Takes the slot that became free last, and clears its ready event.
 *
 * Returns: the index of the slot; -1: none is free
 *
 * Since: 0.1
 */
int
rf_ring_buffer_reserve (RfRingBuffer *self, gsize length)
{
  int slot = -1;

  g_return_val_if_fail (IS_RING (self), -1);
  g_return_val_if_fail (length > 0 && length <= self->slot_size, -1);

  g_mutex_lock (&self->locked.lock);
  if (self->locked.num_free > 0)
    {
      slot = (int)self->locked.free_stack[--self->locked.num_free];
      self->locked.slots[slot].length = length;
      rf_event_clear (&self->events[slot]);
    }
  g_mutex_unlock (&self->locked.lock);
  return slot;
}

/**
 * rf_ring_buffer_commit:
 * @self: a ring
 * @slot: index of a reserved slot
 * @length: how many bytes have been written behind those committed before
 *
 * Returns: how many bytes of the slot are committed now
 *
 * Since: 0.1
 */
gsize
rf_ring_buffer_commit (RfRingBuffer *self, guint slot, gsize length)
{
  gsize filled;

  g_return_val_if_fail (IS_RING (self), 0);
  g_return_val_if_fail (slot < self->num_slots, 0);

  g_mutex_lock (&self->locked.lock);
  g_assert (length <= self->locked.slots[slot].length - self->locked.slots[slot].filled);
  filled = self->locked.slots[slot].filled += length;
  /* Under the lock: afterwards the slot may be somebody else's. */
  if (filled == self->locked.slots[slot].length)
    rf_event_set (&self->events[slot]);
  g_mutex_unlock (&self->locked.lock);
  return filled;
}

/**
 * rf_ring_buffer_lend: (skip)
 * @self: a ring
 * @slot: index of a reserved slot
 * @length: how many bytes behind those lent before; they must have been committed
 *
 * Lends bytes of a slot, which does not become free before every loan was given back with
 * [method@RingFetch.RingBuffer.release], in any order and on any thread.
 *
 * Returns: the bytes
 *
 * Since: 0.1
 */
const guint8 *
rf_ring_buffer_lend (RfRingBuffer *self, guint slot, gsize length)
{
  RfSlot *state;
  gsize offset;

  g_return_val_if_fail (IS_RING (self), NULL);
  g_return_val_if_fail (slot < self->num_slots, NULL);

  state = &self->locked.slots[slot];
  g_mutex_lock (&self->locked.lock);
  offset = state->delivered;
  g_assert (offset <= state->filled && length <= state->filled - offset);
  state->delivered += length;
  if (state->lent++ == 0)
    self->locked.num_lent++;
  g_mutex_unlock (&self->locked.lock);
  return rf_ring_buffer_get_slot_data (self, slot) + offset;
}

/**
 * rf_ring_buffer_release:
 * @self: a ring
 * @slot: index of a slot of which bytes are lent
 *
 * Gives back one loan. May be called on any thread.
 *
 * Since: 0.1
 */
void
rf_ring_buffer_release (RfRingBuffer *self, guint slot)
{
  g_return_if_fail (IS_RING (self));
  g_return_if_fail (slot < self->num_slots);

  g_mutex_lock (&self->locked.lock);
  g_assert (self->locked.slots[slot].lent > 0);
  if (--self->locked.slots[slot].lent == 0)
    self->locked.num_lent--;
  unlock_and_notify (self, settle_locked (self, slot));
}

/**
 * rf_ring_buffer_count_slots:
 * @self: a ring
 * @free: (out) (optional): return location for the number of free slots
 * @filling: (out) (optional): return location for the number of slots in use of which nothing is lent
 * @lent: (out) (optional): return location for the number of slots of which bytes are lent
 *
 * Since: 0.1
 */
void
rf_ring_buffer_count_slots (RfRingBuffer *self, guint *free, guint *filling, guint *lent)
{
  guint num_free, num_lent;

  g_return_if_fail (IS_RING (self));

  g_mutex_lock (&self->locked.lock);
  num_free = self->locked.num_free;
  num_lent = self->locked.num_lent;
  g_mutex_unlock (&self->locked.lock);

  if (free != NULL)
    *free = num_free;
  if (filling != NULL)
    *filling = self->num_slots - num_free - num_lent;
  if (lent != NULL)
    *lent = num_lent;
}

/**
 * rf_ring_buffer_close:
 * @self: a ring
 *
 * Removes the name of a named ring that was made here, so that no other process can attach to it any
 * more. The memory stays until the ring is finalized, for the sake of what is lent. May be called
 * more than once. Finalizing the ring does it too.
 *
 * Since: 0.1
 */
void
rf_ring_buffer_close (RfRingBuffer *self)
{
  g_return_if_fail (IS_RING (self));

  g_mutex_lock (&self->locked.lock);
  rf_shm_unlink (self->shm);
  g_mutex_unlock (&self->locked.lock);
}

void
rf_ring_buffer_set_free_func (RfRingBuffer *self,
                              RfRingBufferFreeFunc func,
                              gpointer data,
                              GDestroyNotify destroy)
{
  RfFreeNotify *notify = g_new (RfFreeNotify, 1);
  RfFreeNotify *old;

  *notify = (RfFreeNotify){ .func = func, .data = data, .destroy = destroy };
  g_atomic_ref_count_init (&notify->references);

  g_mutex_lock (&self->locked.lock);
  old = self->locked.notify;
  self->locked.notify = notify;
  g_mutex_unlock (&self->locked.lock);
  g_clear_pointer (&old, free_notify_unref);
}

void
rf_ring_buffer_clear_free_func (RfRingBuffer *self, gpointer data)
{
  RfFreeNotify *old = NULL;

  g_mutex_lock (&self->locked.lock);
  if (self->locked.notify != NULL && self->locked.notify->data == data)
    old = g_steal_pointer (&self->locked.notify);
  g_mutex_unlock (&self->locked.lock);
  g_clear_pointer (&old, free_notify_unref);
}

guint8 *
rf_ring_buffer_get_slot_data (RfRingBuffer *self, guint slot)
{
  return (guint8 *)rf_shm_get_data (self->shm) + slot * self->slot_size;
}

gboolean
rf_ring_buffer_is_scarce (RfRingBuffer *self)
{
  gboolean scarce;

  g_mutex_lock (&self->locked.lock);
  scarce = self->locked.num_lent + SLOTS_KEPT > self->num_slots;
  g_mutex_unlock (&self->locked.lock);
  return scarce;
}

guint
rf_ring_buffer_exchange (RfRingBuffer *self, guint slot)
{
  RfSlot *slots = self->locked.slots;
  guint warmest = slot;

  g_mutex_lock (&self->locked.lock);
  g_assert (slots[slot].length > 0 && slots[slot].filled == 0 && slots[slot].lent == 0);
  if (self->locked.num_free > 0 && slots[slot].writers == 1)
    warmest = self->locked.free_stack[self->locked.num_free - 1];
  if (slots[warmest].freed > slots[slot].freed)
    {
      guint64 freed = slots[warmest].freed;

      self->locked.num_free--;
      slots[warmest] = slots[slot];
      slots[warmest].freed = freed;
      rf_event_clear (&self->events[warmest]);
      slots[slot] = (RfSlot){ .freed = slots[slot].freed };
      push_free_locked (self, slot);
      slot = warmest;
    }
  g_mutex_unlock (&self->locked.lock);
  return slot;
}

void
rf_ring_buffer_begin_write (RfRingBuffer *self, guint slot)
{
  g_mutex_lock (&self->locked.lock);
  self->locked.slots[slot].writers++;
  g_mutex_unlock (&self->locked.lock);
}

void
rf_ring_buffer_end_write (RfRingBuffer *self, guint slot)
{
  g_mutex_lock (&self->locked.lock);
  g_assert (self->locked.slots[slot].writers > 0);
  self->locked.slots[slot].writers--;
  unlock_and_notify (self, settle_locked (self, slot));
}

void
rf_ring_buffer_skip (RfRingBuffer *self, guint slot, gsize length)
{
  g_mutex_lock (&self->locked.lock);
  g_assert (length <= self->locked.slots[slot].length - self->locked.slots[slot].delivered);
  self->locked.slots[slot].delivered += length;
  unlock_and_notify (self, settle_locked (self, slot));
}

void
rf_ring_buffer_truncate (RfRingBuffer *self, guint slot, gsize length)
{
  g_mutex_lock (&self->locked.lock);
  g_assert (length > 0 && length >= self->locked.slots[slot].filled
            && length <= self->locked.slots[slot].length);
  self->locked.slots[slot].length = length;
  if (self->locked.slots[slot].filled == length)
    rf_event_set (&self->events[slot]);
  unlock_and_notify (self, settle_locked (self, slot));
}

void
rf_ring_buffer_abandon (RfRingBuffer *self, guint slot)
{
  g_mutex_lock (&self->locked.lock);
  self->locked.slots[slot].delivered = self->locked.slots[slot].length;
  unlock_and_notify (self, settle_locked (self, slot));
}
