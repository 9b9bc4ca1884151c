/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rf-test-socket.h"

#include <errno.h>
#include <sys/socket.h>

gboolean
rf_test_send_all (int fd, const void *data, gsize length, int flags)
{
  const guint8 *bytes = data;

  while (length > 0)
    {
      gssize n = send (fd, bytes, length, flags | MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      length -= (gsize)n;
    }
  return TRUE;
}
