/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The image is an anonymous file, so that sendfile() passes its pages to the socket uncopied, and two
 * setups of the same content share it through duplicated descriptors. */

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rf-test-content.h"
#include "rf-test-setup.h"

#define IMAGE_PIECE (1024 * 1024)

static int
make_image (const RfTestServerConfig *config)
{
  g_autofree guint8 *piece = g_malloc (IMAGE_PIECE);
  int fd = memfd_create ("rf-test-image", MFD_CLOEXEC);

  if (fd < 0)
    g_error ("test server: cannot make a content image: %s", g_strerror (errno));
  for (guint64 offset = 0; offset < config->size; offset += IMAGE_PIECE)
    {
      gsize length = (gsize)MIN (IMAGE_PIECE, config->size - offset);

      rf_test_content_fill (config->version, piece, offset, length);
      if (write (fd, piece, length) != (gssize)length)
        g_error ("test server: cannot write the content image: %s", g_strerror (errno));
    }
  return fd;
}

RfTestSetup *
rf_test_setup_new (const RfTestServerConfig *config, RfTestSetup *previous)
{
  RfTestSetup *setup = g_new0 (RfTestSetup, 1);

  setup->previous = previous;
  setup->config = *config;
  setup->config.redirect_to = g_strdup (config->redirect_to);
  if (!config->no_etag)
    setup->etag = g_strdup_printf ("\"v%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "\"",
                                   config->version, config->size);

  setup->image_fd = -1;
  if (config->cached)
    {
      if (previous != NULL && previous->image_fd >= 0 && previous->config.size == config->size
          && previous->config.version == config->version)
        setup->image_fd = dup (previous->image_fd);
      else
        setup->image_fd = make_image (config);
      if (setup->image_fd < 0)
        g_error ("test server: cannot duplicate the content image: %s", g_strerror (errno));
    }
  return setup;
}

void
rf_test_setup_free (RfTestSetup *setup)
{
  while (setup != NULL)
    {
      RfTestSetup *previous = setup->previous;

      if (setup->image_fd >= 0)
        close (setup->image_fd);
      g_free (setup->etag);
      g_free ((char *)setup->config.redirect_to);
      g_free (setup);
      setup = previous;
    }
}
