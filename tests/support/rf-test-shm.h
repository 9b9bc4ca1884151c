/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names of shared memory in tests. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A name for this purpose that no other test process uses. Free with g_free(). */
char *rf_test_shm_new_name (const char *purpose);

/* Whether there is shared memory of that name. */
gboolean rf_test_shm_is_there (const char *name);

/* Aborts the program if any of this process's names is there: a test that comes after all others. */
void rf_test_shm_check_nothing_is_left (void);

G_END_DECLS
