/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings that become header fields. Those that pass the check are put into a request's head as they
 * are: each must be one field there, and none that steers the fetching or the framing.
 *
 * Each text of an input is a setting: a letter that says which one, and its value. */

#include "rf-options-private.h"

#include "rf-error.h"

#include <string.h>

#include "rf-fuzz.h"

/* Seeds have this word in what may be secret. */
#define SECRET "s3cr3t"

/* RFC 9110, section 5.6.2. */
#define TOKEN "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What the fetcher, or libcurl for it, writes itself. */
static const char *const own[] = {
  "range",
  "if-range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "accept-encoding",
  "connection",
  "content-length",
  "transfer-encoding",
  "te",
  "upgrade",
  "expect",
  "host",
  "proxy-authorization",
  NULL,
};

static void
set (RfOptions *options, const char *text, GPtrArray *headers, GPtrArray *cookies)
{
  char *value = (char *)text + 1;

  switch (text[0])
    {
    case 'h':
      g_ptr_array_add (headers, value);
      break;
    case 'c':
      g_ptr_array_add (cookies, value);
      break;
    case 'a':
      rf_options_set_user_agent (options, value);
      break;
    case 'b':
      rf_options_set_bearer_token (options, value);
      break;
    case 'u':
      rf_options_set_user_id (options, value);
      break;
    case 'w':
      rf_options_set_user_pw (options, value);
      break;
    case 'p':
      rf_options_set_proxy (options, value);
      break;
    case 'i':
      rf_options_set_proxy_id (options, value);
      break;
    case 'k':
      rf_options_set_proxy_pw (options, value);
      break;
    default:
      break;
    }
}

static RfOptions *
make_options (char **texts)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();
  g_autoptr (GPtrArray) cookies = g_ptr_array_new ();
  RfOptions *options = rf_options_new ();

  for (guint i = 0; texts[i] != NULL; i++)
    set (options, texts[i], headers, cookies);
  g_ptr_array_add (headers, NULL);
  g_ptr_array_add (cookies, NULL);
  rf_options_set_extra_headers (options, (const char *const *)headers->pdata);
  rf_options_set_cookies (options, (const char *const *)cookies->pdata);
  return options;
}

static void
append (GString *head, guint *num_fields, const char *name, const char *value)
{
  g_string_append_printf (head, "%s%s\r\n", name, value);
  (*num_fields)++;
}

/* The lines that the settings become. */
static GString *
write_head (const RfOptions *options, guint *num_fields)
{
  GString *head = g_string_new (NULL);

  *num_fields = 0;
  if (options->user_agent != NULL)
    append (head, num_fields, "User-Agent: ", options->user_agent);
  if (options->bearer_token != NULL)
    append (head, num_fields, "Authorization: Bearer ", options->bearer_token);
  if (options->cookies != NULL)
    {
      g_autofree char *all = g_strjoinv ("; ", options->cookies);

      append (head, num_fields, "Cookie: ", all);
    }
  for (guint i = 0; options->extra_headers != NULL && options->extra_headers[i] != NULL; i++)
    append (head, num_fields, "", options->extra_headers[i]);
  return head;
}

/* As a server reads it. */
static void
check_field (const char *line, gboolean is_extra, const RfOptions *options)
{
  gsize length = strspn (line, TOKEN);
  g_autofree char *name = g_ascii_strdown (line, (gssize)length);

  g_assert_cmpuint (length, >, 0);
  g_assert_cmpint (line[length], ==, ':');
  for (const char *c = line + length; *c != '\0'; c++)
    g_assert_true (*c == '\t' || !g_ascii_iscntrl (*c));
  if (!is_extra)
    return;
  g_assert_false (g_strv_contains (own, name));
  if (options->bearer_token != NULL || options->user_id != NULL)
    g_assert_cmpstr (name, !=, "authorization");
  if (options->cookies != NULL)
    g_assert_cmpstr (name, !=, "cookie");
}

static void
check_head (const RfOptions *options)
{
  guint num_fields;
  GString *head = write_head (options, &num_fields);
  g_auto (GStrv) lines = g_strsplit (head->str, "\r\n", 0);
  guint num_extra = options->extra_headers != NULL ? g_strv_length (options->extra_headers) : 0;

  /* The last one is what is behind the last line's end. */
  g_assert_cmpuint (g_strv_length (lines), ==, head->len > 0 ? num_fields + 1 : 0);
  for (guint i = 0; i < num_fields; i++)
    check_field (lines[i], i >= num_fields - num_extra, options);
  g_string_free (head, TRUE);
}

/* They become "user:password" in Base64 or a digest, where a server could take them for others. */
static void
check_users (const RfOptions *options)
{
  const char *texts[]
      = { options->user_id, options->user_pw, options->proxy_id, options->proxy_pw };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (const char *c = texts[i]; c != NULL && *c != '\0'; c++)
      g_assert_false (g_ascii_iscntrl (*c));
  g_assert_true (options->user_id == NULL || strchr (options->user_id, ':') == NULL);
  g_assert_true (options->proxy_id == NULL || strchr (options->proxy_id, ':') == NULL);
  g_assert_true (options->user_id == NULL || options->bearer_token == NULL);
}

/* The name of a field is shown, and is no secret. */
static gboolean
is_in_a_name (const RfOptions *options)
{
  for (guint i = 0; options->extra_headers != NULL && options->extra_headers[i] != NULL; i++)
    {
      const char *line = options->extra_headers[i];

      if (g_strstr_len (line, (gssize)strcspn (line, ":"), SECRET) != NULL)
        return TRUE;
    }
  return FALSE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (GStrv) texts = rf_fuzz_split (data, size);
  g_autoptr (RfOptions) options = make_options (texts);
  g_autoptr (GError) error = NULL;

  if (rf_options_check (options, &error))
    {
      g_assert_no_error (error);
      check_head (options);
      check_users (options);
      return 0;
    }
  g_assert_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_false (g_ascii_iscntrl (*c));
  if (!is_in_a_name (options))
    g_assert_null (strstr (error->message, SECRET));
  return 0;
}
