/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the test objects consist of: bytes that follow from their offset alone, so that a reader can
 * check each one without a copy to compare with. The 64-bit little-endian word at every offset
 * divisible by eight is a bijective mix of that offset: no two of them are equal inside one version,
 * and at one offset no two versions' words are equal. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes into @dest the @length bytes that stand at @offset of the content @version. Any offset,
 * length and alignment of @dest will do. Pure; any thread. */
void rf_test_content_fill (guint64 version, guint8 *dest, guint64 offset, gsize length);

/* Tells whether the @length bytes at @data are those at @offset of the content @version. If not,
 * and @first_wrong is not NULL, the offset in the object (not in @data) of the first byte that
 * differs is stored there. Pure; any thread. */
gboolean rf_test_content_check (
    guint64 version, const guint8 *data, guint64 offset, gsize length, guint64 *first_wrong);

/* The same two for a content that begins again after each @period bytes; 0: it does not. */
void rf_test_content_fill_repeating (
    guint64 version, guint64 period, guint8 *dest, guint64 offset, gsize length);
gboolean rf_test_content_check_repeating (guint64 version,
                                          guint64 period,
                                          const guint8 *data,
                                          guint64 offset,
                                          gsize length,
                                          guint64 *first_wrong);

G_END_DECLS
