/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* As text, not by a parser: what is to be shown may be no URI at all, and least of all then may its
 * password be. */

#include "rf-uri.h"

#include <string.h>

/**
 * rf_uri_redact:
 * @uri: (nullable): a URI, or any text that was given as one
 *
 * Makes a URI that may be shown, in a message or a log: without user, password and fragment, and with
 * "?…" for a query, which may be a signature.
 *
 * Returns: (transfer full) (nullable): the URI without what may be secret; %NULL for %NULL
 *
 * Since: 0.1
 */
char *
rf_uri_redact (const char *uri)
{
  const char *end, *authority, *at = NULL;

  if (uri == NULL)
    return NULL;
  end = uri + strcspn (uri, "?#");
  authority = g_strstr_len (uri, end - uri, "://");
  if (authority != NULL)
    {
      authority += strlen ("://");
      at = memrchr (authority, '@', MIN (strcspn (authority, "/"), (gsize)(end - authority)));
    }
  if (at == NULL)
    authority = at = end;
  else
    at++;
  return g_strdup_printf ("%.*s%.*s%s", (int)(authority - uri), uri, (int)(end - at), at,
                          *end == '?' ? "?…" : "");
}
