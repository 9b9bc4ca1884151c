/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The way from a location over redirections to where its resource is: decisions without side effects. */

#pragma once

#include "rf-location-private.h"

G_BEGIN_DECLS

/* Changed in rf-route.c only. */
typedef enum
{
  RF_ROUTE_UNKNOWN,  /* the next request begins at the origin, to find the way */
  RF_ROUTE_SEARCHED, /* by one request; others wait for it */
  RF_ROUTE_KNOWN,    /* every request goes to the end of it at once */
} RfRouteState;

/* Why a way that was known may be none any more. */
typedef enum
{
  RF_ROUTE_REFUSED,     /* where it leads, the resource may not be had, or is not there */
  RF_ROUTE_MOVED,       /* there is a redirection */
  RF_ROUTE_UNREACHABLE, /* there is no connection to be had */
} RfRouteFault;

/* A part of the fetcher, guarded by its lock. `who` stands for one of those that send requests. */
typedef struct
{
  RfLocation *origin;
  RfLocation *current; /* how far the last search has come, also when it is over */
  RfRouteState state;
  gconstpointer searcher;
  guint number;        /* of this search; a request remembers by which it was sent */
  GHashTable *visited; /* URIs of this search; NULL: no redirection has been answered */
} RfRoute;

void rf_route_init (RfRoute *self, RfLocation *origin);
void rf_route_clear (RfRoute *self);

/* The next request begins anew at the origin, whoever searches. */
void rf_route_reset (RfRoute *self);

/* A request is to begin, to `current`. FALSE: it has to wait for the one that searches. */
gboolean rf_route_enter (RfRoute *self, gconstpointer who);

/* A redirection was answered to the one that searches. RF_ERROR_PROTOCOL: it leads nowhere, back to where
 * it was before, or is the one after `max`; max < 0: there is no limit. */
gboolean
rf_route_follow (RfRoute *self, gconstpointer who, const char *reference, int max, GError **error);

/* An answer is what was looked for. Returns whether the search is over by it, and who waits may go on. */
gboolean rf_route_confirm (RfRoute *self, gconstpointer who);

/* A request that was sent by the search with this number has met a fault. TRUE: it should be repeated at
 * once, or after a failure to connect in its time, as it then goes another way. */
gboolean rf_route_give_up (RfRoute *self, gconstpointer who, guint number, RfRouteFault fault);

/* Who searches ends without a result, if `who` does. Returns whether others may go on, one as the searcher. */
gboolean rf_route_leave (RfRoute *self, gconstpointer who);

/* Whether the last search has followed a redirection. */
gboolean rf_route_is_redirected (const RfRoute *self);

G_END_DECLS
