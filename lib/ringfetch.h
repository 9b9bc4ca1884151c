/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The whole public interface: include this and nothing else. */

#pragma once

#define RF_INSIDE

#include "rf-types.h"
#include "rf-error.h"
#include "rf-uri.h"
#include "rf-http-version.h"
#include "rf-options.h"
#include "rf-stats.h"
#include "rf-ring-buffer.h"
#include "rf-loan.h"
#include "rf-parallel-buffer.h"
#include "rf-session.h"
#include "rf-reader.h"

#undef RF_INSIDE
