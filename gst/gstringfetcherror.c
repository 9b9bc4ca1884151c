/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The codes are those that applications know from other sources. */

#include "gstringfetcherror.h"

/* What fails before the resource is known is the opening of it. */
static GstResourceError
to_resource_error (const GError *error, gboolean is_open)
{
  switch (error->domain == RF_ERROR ? (RfError)error->code : RF_ERROR_READ)
    {
    case RF_ERROR_INVALID_ARGUMENT:
    case RF_ERROR_INVALID_LOCATION:
    case RF_ERROR_EXISTS:
      return GST_RESOURCE_ERROR_SETTINGS;
    case RF_ERROR_NO_SPACE:
      return GST_RESOURCE_ERROR_NO_SPACE_LEFT;
    case RF_ERROR_NOT_FOUND:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case RF_ERROR_NOT_AUTHORIZED:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case RF_ERROR_STATUS:
      return GST_RESOURCE_ERROR_OPEN_READ;
    case RF_ERROR_CONNECT:
    case RF_ERROR_READ:
    case RF_ERROR_TIMED_OUT:
      return is_open ? GST_RESOURCE_ERROR_READ : GST_RESOURCE_ERROR_OPEN_READ;
    case RF_ERROR_NOT_SEEKABLE:
      return GST_RESOURCE_ERROR_SEEK;
    case RF_ERROR_PROTOCOL:
    case RF_ERROR_CHANGED:
    case RF_ERROR_CLOSED:
      return GST_RESOURCE_ERROR_READ;
    }
  return GST_RESOURCE_ERROR_READ;
}

void
gst_ring_fetch_post_error (GstElement *element,
                           const GError *error,
                           RfReader *reader,
                           const char *redirection)
{
  gboolean is_open = reader != NULL && rf_reader_is_open (reader);
  guint status = reader != NULL ? rf_reader_get_error_status (reader) : 0;
  g_autofree char *shown = rf_uri_redact (redirection);
  GstStructure *details = NULL;

  if (status != 0 || shown != NULL)
    details = gst_structure_new_empty ("details");
  if (status != 0)
    gst_structure_set (details, "http-status-code", G_TYPE_UINT, status, NULL);
  if (shown != NULL)
    gst_structure_set (details, "http-redirect-uri", G_TYPE_STRING, shown, NULL);
  gst_element_message_full_with_details (
      element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, (gint)to_resource_error (error, is_open),
      g_strdup (error->message), NULL, __FILE__, GST_FUNCTION, __LINE__, details);
}
