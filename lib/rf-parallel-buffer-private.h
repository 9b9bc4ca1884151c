/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Growing a buffer while the size of a resource is not known yet. */

#pragma once

#include "rf-parallel-buffer.h"

G_BEGIN_DECLS

/* Sets the size of an open, anonymous buffer that nobody else has seen yet. Reserves more memory
 * than asked for, so that a buffer may grow step by step; shrinking gives nothing back. */
gboolean rf_parallel_buffer_set_size (RfParallelBuffer *self, gsize size, GError **error);

G_END_DECLS
