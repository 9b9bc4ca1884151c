/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(RF_INSIDE) && !defined(RF_COMPILATION)
#error "Only <ringfetch.h> can be included directly."
#endif

#include <gio/gio.h>

G_BEGIN_DECLS

/* Everything else in the library is hidden. */
#define RF_API __attribute__ ((visibility ("default")))

/**
 * RF_SIZE_UNKNOWN:
 *
 * The value of a size or of an end offset that is not known, or not limited.
 *
 * Since: 0.1
 */
#define RF_SIZE_UNKNOWN G_MAXUINT64

G_END_DECLS
