/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What libFuzzer, or rf-fuzz-main.c in its place, calls with each input. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Aborts if a property does not hold. Otherwise returns 0: libFuzzer takes no other value. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Called by libFuzzer once, before that. */
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* The texts of an input, of which each but the last ends with NUL. There may be none. */
char **rf_fuzz_split (const guint8 *data, gsize size);

G_END_DECLS
