/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A loan is the one handle on lent bytes: it keeps the ring alive and gives the slot back exactly
 * once. A copied loan looks the same to the consumer, so that nobody has to know which one he has. */

#include "rf-loan-private.h"

struct _RfLoan
{
  gatomicrefcount references;
  RfRingBuffer *ring; /* NULL: the bytes are the loan's own and follow this structure */
  guint slot;
  const guint8 *data;
  gsize size;
  guint64 offset;
};

G_DEFINE_BOXED_TYPE (RfLoan, rf_loan, rf_loan_ref, rf_loan_unref)

RfLoan *
rf_loan_new_lent (RfRingBuffer *ring, guint slot, const guint8 *data, gsize size, guint64 offset)
{
  RfLoan *self = g_new (RfLoan, 1);

  *self = (RfLoan){
    .ring = g_object_ref (ring), .slot = slot, .data = data, .size = size, .offset = offset
  };
  g_atomic_ref_count_init (&self->references);
  return self;
}

RfLoan *
rf_loan_new_copied (const guint8 *data, gsize size, guint64 offset)
{
  RfLoan *self = g_malloc (sizeof (RfLoan) + size);
  guint8 *copy = (guint8 *)(self + 1);

  if (size > 0)
    memcpy (copy, data, size);
  *self = (RfLoan){ .data = copy, .size = size, .offset = offset };
  g_atomic_ref_count_init (&self->references);
  return self;
}

/**
 * rf_loan_ref:
 * @self: a loan
 *
 * Returns: (transfer full): the loan
 *
 * Since: 0.1
 */
RfLoan *
rf_loan_ref (RfLoan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * rf_loan_unref:
 * @self: (transfer full): a loan
 *
 * Drops a reference; the last one gives the bytes back. May be called on any thread.
 *
 * Since: 0.1
 */
void
rf_loan_unref (RfLoan *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (self->ring != NULL)
    {
      rf_ring_buffer_release (self->ring, self->slot);
      g_object_unref (self->ring);
    }
  g_free (self);
}

/**
 * rf_loan_get_data:
 * @self: a loan
 * @size: (out) (optional): return location for the number of bytes; 0: the end of the resource
 *
 * Returns: (array length=size): the bytes, valid as long as the loan
 *
 * Since: 0.1
 */
const guint8 *
rf_loan_get_data (RfLoan *self, gsize *size)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (size != NULL)
    *size = self->size;
  return self->data;
}

/**
 * rf_loan_get_offset:
 * @self: a loan
 *
 * Returns: the offset of the first byte in the resource
 *
 * Since: 0.1
 */
guint64
rf_loan_get_offset (RfLoan *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->offset;
}

/**
 * rf_loan_get_slot:
 * @self: a loan
 *
 * Returns: the slot of the ring that the bytes lie in; -1: they were copied out of the ring
 *
 * Since: 0.1
 */
int
rf_loan_get_slot (RfLoan *self)
{
  g_return_val_if_fail (self != NULL, -1);
  return self->ring != NULL ? (int)self->slot : -1;
}

/**
 * rf_loan_dup_bytes:
 * @self: a loan
 *
 * Returns: (transfer full): the bytes, without a copy, keeping the loan alive
 *
 * Since: 0.1
 */
GBytes *
rf_loan_dup_bytes (RfLoan *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_bytes_new_with_free_func (self->data, self->size, (GDestroyNotify)rf_loan_unref,
                                     rf_loan_ref (self));
}
