/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-ring-buffer.h"

G_BEGIN_DECLS

#define RF_TYPE_LOAN (rf_loan_get_type ())

/**
 * RfLoan:
 *
 * Consecutive bytes of a resource, lent to the consumer. The bytes lie in a slot of the ring, which
 * does not change while the loan lives, or in memory of the loan's own. The last unref gives them
 * back, on whichever thread and whether or not the reader still exists.
 *
 * A loan is immutable and may be used from several threads.
 *
 * Since: 0.1
 */
typedef struct _RfLoan RfLoan;

RF_API
GType rf_loan_get_type (void) G_GNUC_CONST;

RF_API
RfLoan *rf_loan_ref (RfLoan *self);

RF_API
void rf_loan_unref (RfLoan *self);

RF_API
const guint8 *rf_loan_get_data (RfLoan *self, gsize *size);

RF_API
guint64 rf_loan_get_offset (RfLoan *self);

RF_API
int rf_loan_get_slot (RfLoan *self);

RF_API
GBytes *rf_loan_dup_bytes (RfLoan *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfLoan, rf_loan_unref)

G_END_DECLS
