/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A front that redirects is asked once for a resource, not once for a part. What it answers may hold for
 * some minutes only, as a presigned URI does, or for a machine that goes away: then one request asks the
 * front again while the others wait, so that a thousand parts do not. */

#include "rf-route-private.h"

#include "rf-error.h"

void
rf_route_init (RfRoute *self, RfLocation *origin)
{
  *self = (RfRoute){ .origin = rf_location_ref (origin), .current = rf_location_ref (origin) };
}

void
rf_route_clear (RfRoute *self)
{
  g_clear_pointer (&self->origin, rf_location_unref);
  g_clear_pointer (&self->current, rf_location_unref);
  g_clear_pointer (&self->visited, g_hash_table_unref);
}

void
rf_route_reset (RfRoute *self)
{
  self->state = RF_ROUTE_UNKNOWN;
  self->searcher = NULL;
  self->number++;
}

static void
begin_search (RfRoute *self, gconstpointer who)
{
  rf_location_unref (self->current);
  self->current = rf_location_ref (self->origin);
  g_clear_pointer (&self->visited, g_hash_table_unref);
  self->state = RF_ROUTE_SEARCHED;
  self->searcher = who;
}

gboolean
rf_route_enter (RfRoute *self, gconstpointer who)
{
  switch (self->state)
    {
    case RF_ROUTE_UNKNOWN:
      begin_search (self, who);
      return TRUE;
    case RF_ROUTE_SEARCHED:
      return self->searcher == who;
    case RF_ROUTE_KNOWN:
      return TRUE;
    }
  return FALSE;
}

gboolean
rf_route_follow (RfRoute *self, gconstpointer who, const char *reference, int max, GError **error)
{
  RfLocation *next;

  g_return_val_if_fail (self->state == RF_ROUTE_SEARCHED && self->searcher == who, FALSE);

  next = rf_location_follow (self->current, reference, self->origin, error);
  if (next == NULL)
    return FALSE;
  if (self->visited == NULL)
    {
      self->visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_add (self->visited, g_strdup (rf_location_get_bare_uri (self->origin)));
    }
  if (max >= 0 && g_hash_table_size (self->visited) > (guint)max)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_PROTOCOL,
                   "The server redirected more than %d times; raise max-redirect if that is right",
                   max);
      rf_location_unref (next);
      return FALSE;
    }
  if (!g_hash_table_add (self->visited, g_strdup (rf_location_get_bare_uri (next))))
    {
      g_set_error_literal (error, RF_ERROR, RF_ERROR_PROTOCOL,
                           "The server redirects in a loop; the location may lack a cookie or "
                           "credentials");
      rf_location_unref (next);
      return FALSE;
    }
  rf_location_unref (self->current);
  self->current = next;
  return TRUE;
}

gboolean
rf_route_confirm (RfRoute *self, gconstpointer who)
{
  if (self->state != RF_ROUTE_SEARCHED || self->searcher != who)
    return FALSE;
  self->state = RF_ROUTE_KNOWN;
  self->searcher = NULL;
  return TRUE;
}

/* What the front has just said need not be asked for again: it would say the same. */
static gboolean
may_search_again (const RfRoute *self, RfRouteFault fault)
{
  switch (fault)
    {
    case RF_ROUTE_REFUSED:
      return self->state == RF_ROUTE_KNOWN && rf_route_is_redirected (self);
    case RF_ROUTE_MOVED:
      return self->state == RF_ROUTE_KNOWN;
    case RF_ROUTE_UNREACHABLE:
      return rf_route_is_redirected (self);
    }
  return FALSE;
}

gboolean
rf_route_give_up (RfRoute *self, gconstpointer who, guint number, RfRouteFault fault)
{
  /* Another way may have been found meanwhile, or is looked for. */
  if (number != self->number)
    return TRUE;
  if (!may_search_again (self, fault))
    return FALSE;
  rf_route_reset (self);
  return rf_route_enter (self, who);
}

gboolean
rf_route_leave (RfRoute *self, gconstpointer who)
{
  if (self->state != RF_ROUTE_SEARCHED || self->searcher != who)
    return FALSE;
  rf_route_reset (self);
  return TRUE;
}

gboolean
rf_route_is_redirected (const RfRoute *self)
{
  return self->current != self->origin;
}
