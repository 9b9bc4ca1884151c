/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "rf-types.h"

G_BEGIN_DECLS

/**
 * RF_ERROR:
 *
 * The error domain of the library. Cancellation is reported as %G_IO_ERROR_CANCELLED, all else in
 * this domain.
 *
 * Since: 0.1
 */
#define RF_ERROR (rf_error_quark ())

/**
 * RfError:
 * @RF_ERROR_INVALID_ARGUMENT: a setting is out of its range, or malformed
 * @RF_ERROR_INVALID_LOCATION: the location is no URI that can be fetched
 * @RF_ERROR_NO_SPACE: the memory of a ring or buffer could not be reserved
 * @RF_ERROR_EXISTS: a shared-memory segment of that name exists already
 * @RF_ERROR_NOT_FOUND: the resource or its host does not exist
 * @RF_ERROR_NOT_AUTHORIZED: the server or a proxy wants credentials, or refuses those given
 * @RF_ERROR_CONNECT: no connection could be made
 * @RF_ERROR_STATUS: the server answered with another HTTP error
 * @RF_ERROR_PROTOCOL: the answer contradicts itself or the request
 * @RF_ERROR_CHANGED: the resource changed while it was read
 * @RF_ERROR_READ: the body broke off and could not be resumed
 * @RF_ERROR_NOT_SEEKABLE: the resource can be read from start to end only
 * @RF_ERROR_TIMED_OUT: no byte came for as long as is allowed
 * @RF_ERROR_CLOSED: the object was closed before
 *
 * What went wrong, by what a caller can do about it.
 *
 * Since: 0.1
 */
typedef enum
{
  RF_ERROR_INVALID_ARGUMENT,
  RF_ERROR_INVALID_LOCATION,
  RF_ERROR_NO_SPACE,
  RF_ERROR_EXISTS,
  RF_ERROR_NOT_FOUND,
  RF_ERROR_NOT_AUTHORIZED,
  RF_ERROR_CONNECT,
  RF_ERROR_STATUS,
  RF_ERROR_PROTOCOL,
  RF_ERROR_CHANGED,
  RF_ERROR_READ,
  RF_ERROR_NOT_SEEKABLE,
  RF_ERROR_TIMED_OUT,
  RF_ERROR_CLOSED,
} RfError;

RF_API
GQuark rf_error_quark (void);

G_END_DECLS
