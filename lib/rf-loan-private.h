/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How loans are made. */

#pragma once

#include "rf-loan.h"

G_BEGIN_DECLS

/* Takes over bytes that rf_ring_buffer_lend() has lent. */
RfLoan *
rf_loan_new_lent (RfRingBuffer *ring, guint slot, const guint8 *data, gsize size, guint64 offset);

/* Copies bytes; size 0 makes the empty loan that stands for the end of a resource. */
RfLoan *rf_loan_new_copied (const guint8 *data, gsize size, guint64 offset);

G_END_DECLS
