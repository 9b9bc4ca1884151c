/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The cases of a test, which need nothing of each other. Most of them wait for what is paced on purpose, so
 * that several at a time take little longer than one. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Checks one of them, on a thread that others are checked on beside it. */
typedef void (*RfTestCaseFunc) (guint number, gconstpointer data);

/* Has those from 0 to `count` checked, so many at a time, and waits for all of them. */
void rf_test_cases_run (RfTestCaseFunc func, gconstpointer data, guint count, guint at_once);

G_END_DECLS
