/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first answer says which version is read; every later one is held against it. What is not certainly the
 * same or certainly another one is taken for the same, as long as the sizes agree. */

#include "rf-resource-private.h"

#include <string.h>

void
rf_resource_clear (RfResource *self)
{
  g_clear_pointer (&self->etag, g_free);
  g_clear_pointer (&self->last_modified, g_free);
  for (guint i = 0; i < RF_NUM_TOKENS; i++)
    g_clear_pointer (&self->tokens[i], g_free);
  *self = (RfResource){ .size = RF_SIZE_UNKNOWN };
}

/* What stands in the quotes, with them, is the same in a strong and a weak validator. */
static const char *
skip_weakness (const char *etag)
{
  return g_str_has_prefix (etag, "W/") ? etag + 2 : etag;
}

const char *
rf_response_get_etag (const RfResponseHead *head)
{
  const char *opaque = head->etag != NULL ? skip_weakness (head->etag) : "";
  gsize length = strlen (opaque);

  if (length < 2 || opaque[0] != '"' || opaque[length - 1] != '"')
    return NULL;
  for (gsize i = 1; i < length - 1; i++)
    if (opaque[i] == '"' || opaque[i] == ' ' || g_ascii_iscntrl (opaque[i]))
      return NULL;
  return head->etag;
}

void
rf_resource_learn (RfResource *self, const RfResponseHead *head, guint64 size, gboolean ranges)
{
  self->known = TRUE;
  self->ranges = ranges;
  self->size = size;
  self->etag = g_strdup (rf_response_get_etag (head));
  self->last_modified = g_strdup (head->last_modified);
  for (guint i = 0; i < RF_NUM_TOKENS; i++)
    self->tokens[i] = g_strdup (head->tokens[i]);
}

const char *
rf_resource_get_if_match (const RfResource *self)
{
  return self->etag != NULL && self->etag[0] == '"' ? self->etag : NULL;
}

/* Whether two answers have a field, with different values. */
static gboolean
differ (const char *a, const char *b)
{
  return a != NULL && b != NULL && strcmp (a, b) != 0;
}

gboolean
rf_resource_is_same_version (const RfResource *self, const RfResponseHead *head, guint64 total)
{
  const char *etag = rf_response_get_etag (head);

  if (!self->known)
    return TRUE;
  /* What is not even weakly the same is certainly another version. */
  if (self->etag != NULL && etag != NULL
      && strcmp (skip_weakness (etag), skip_weakness (self->etag)) != 0)
    return FALSE;
  for (guint i = 0; i < RF_NUM_TOKENS; i++)
    if (differ (head->tokens[i], self->tokens[i]))
      return FALSE;
  /* Machines that serve the same may have got it at different times: a strong validator is above that. */
  if ((etag == NULL || etag[0] != '"' || rf_resource_get_if_match (self) == NULL)
      && differ (head->last_modified, self->last_modified))
    return FALSE;
  return self->size == RF_SIZE_UNKNOWN || total == RF_SIZE_UNKNOWN || total == self->size;
}
