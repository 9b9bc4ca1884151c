/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A piece of shared memory. */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

typedef struct _RfShm RfShm;

/* Makes `size` bytes of zeroed shared memory: anonymous (name NULL), or a new POSIX shared-memory
 * object of that name, with or without the leading slash. Nothing is left behind on an error. */
RfShm *rf_shm_new (const char *name, gsize size, GError **error);

/* Maps shared memory of exactly this size that another process has made under this name. */
RfShm *rf_shm_attach (const char *name, gsize size, GError **error);

/* Unmaps the memory, closes the descriptor and, where it was made here, unlinks the name. */
void rf_shm_free (RfShm *self);

/* Removes the name, so that no other process can attach any more; the memory stays. Idempotent;
 * not thread-safe. */
void rf_shm_unlink (RfShm *self);

/* Enlarges anonymous memory that is not sealed. The memory may move. On an error it is as before. */
gboolean rf_shm_grow (RfShm *self, gsize size, GError **error);

/* Fixes the size of anonymous memory for good and lets nobody map its descriptor for writing any
 * more; the mapping of this process stays writable. No effect on named memory. */
gboolean rf_shm_seal (RfShm *self, GError **error);

gpointer rf_shm_get_data (const RfShm *self);
gsize rf_shm_get_size (const RfShm *self);

/* The name without its slash, as other languages want it; NULL for anonymous memory. */
const char *rf_shm_get_name (const RfShm *self);

/* The descriptor, owned by the memory. */
int rf_shm_get_fd (const RfShm *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfShm, rf_shm_free)

G_END_DECLS
