/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A location that expires carries the number of the request that was sent to it. So it can be told from
 * the request alone how old it is, and nothing has to be kept. */

#include "rf-test-redirect.h"

#include <string.h>

#define PATH "/redirect"
#define TOKEN "token="

/* Which step of the chain a path is, from 0; FALSE if it is none. */
static gboolean
parse_step (RfTestText path, guint *step)
{
  const gsize length = strlen (PATH);
  g_autofree char *number = NULL;
  guint64 value;

  if (path.length < length || memcmp (path.data, PATH, length) != 0)
    return FALSE;
  *step = 0;
  if (path.length == length)
    return TRUE;
  number = g_strndup (path.data + length + 1, path.length - length - 1);
  if (path.data[length] != '/'
      || !g_ascii_string_to_unsigned (number, 10, 1, G_MAXUINT, &value, NULL))
    return FALSE;
  *step = (guint)value;
  return TRUE;
}

char *
rf_test_redirect_get_location (const RfTestServerConfig *config,
                               const RfTestRequest *request,
                               guint64 number)
{
  RfTestText query = request->target;
  RfTestText path = rf_test_text_take_until (&query, '?');
  g_autofree char *location = NULL;
  guint step;

  if (config->redirect_to == NULL || !parse_step (path, &step) || step > config->redirect_chain)
    return NULL;
  if (step < config->redirect_chain)
    location = g_strdup_printf (PATH "/%u", step + 1);
  else if (config->redirect_expires != 0)
    location = g_strdup_printf ("%s%c" TOKEN "%" G_GUINT64_FORMAT, config->redirect_to,
                                strchr (config->redirect_to, '?') != NULL ? '&' : '?', number);
  else
    location = g_strdup (config->redirect_to);

  if (!config->redirect_absolute || location[0] != '/')
    return g_steal_pointer (&location);
  return g_strdup_printf ("%s://%.*s%s", config->tls_cert != NULL ? "https" : "http",
                          (int)request->host.length, request->host.data, location);
}

gboolean
rf_test_redirect_has_expired (const RfTestServerConfig *config,
                              const RfTestRequest *request,
                              guint64 number)
{
  RfTestText query = request->target;

  if (config->redirect_expires == 0)
    return FALSE;
  rf_test_text_take_until (&query, '?');
  while (query.length > 0)
    {
      RfTestText parameter = rf_test_text_take_until (&query, '&');
      g_autofree char *text = g_strndup (parameter.data, parameter.length);

      if (g_str_has_prefix (text, TOKEN))
        return number
               > g_ascii_strtoull (text + strlen (TOKEN), NULL, 10) + config->redirect_expires;
    }
  return FALSE;
}
