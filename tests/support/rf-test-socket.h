/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the test servers have in common. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sends all of it, with flags of send(). FALSE: the connection has ended. Any thread. */
gboolean rf_test_send_all (int fd, const void *data, gsize length, int flags);

G_END_DECLS
