/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* As text, not by a parser: what is to be shown may be no URI at all, and least of all then may its
 * password be: without a scheme, user and password are still those before an @. */

#include "rf-uri.h"

#include <string.h>

/* Whether a host is followed by its port, or by none. */
static gboolean
is_port (const char *authority)
{
  const char *colon = memrchr (authority, ':', strcspn (authority, "/?#"));

  if (*authority == '[' || colon == NULL)
    return TRUE;
  return colon[1 + strspn (colon + 1, "0123456789")] == '\0'
         || strchr ("/?#", colon[1 + strspn (colon + 1, "0123456789")]) != NULL;
}

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
  const char *end, *slashes, *authority, *at, *host;

  if (uri == NULL)
    return NULL;
  end = uri + strcspn (uri, "?#");
  slashes = g_strstr_len (uri, end - uri, "//");
  authority = slashes != NULL && (slashes == uri || slashes[-1] == ':') ? slashes + 2 : uri;
  at = memrchr (authority, '@', strcspn (authority, "/?#"));
  /* What looks like a port and is none may be the beginning of a password with one of these in it. */
  if (at == NULL && !is_port (authority))
    at = strrchr (authority, '@');
  host = at != NULL ? at + 1 : authority;
  end = host + strcspn (host, "?#");
  return g_strdup_printf ("%.*s%.*s%s", (int)(authority - uri), uri, (int)(end - host), host,
                          *end == '?' ? "?…" : "");
}
