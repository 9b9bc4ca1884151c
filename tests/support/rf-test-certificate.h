/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A certificate for 127.0.0.1 and localhost that signs itself, made anew, and so its own authority. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RfTestCertificate RfTestCertificate;

/* Aborts the program with a message on failure. Free with rf_test_certificate_free(), which removes the
 * files. */
RfTestCertificate *rf_test_certificate_new (void);
void rf_test_certificate_free (RfTestCertificate *self);

/* Paths of PEM files, which belong to @self. */
const char *rf_test_certificate_get_cert (const RfTestCertificate *self);
const char *rf_test_certificate_get_key (const RfTestCertificate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RfTestCertificate, rf_test_certificate_free)

G_END_DECLS
