/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One domain for the whole library; its codes say what a caller can do, the messages say why. */

#include "rf-error.h"

/**
 * rf_error_quark:
 *
 * Returns: the quark of [error@RingFetch.Error]
 *
 * Since: 0.1
 */
GQuark
rf_error_quark (void)
{
  return g_quark_from_static_string ("rf-error-quark");
}
