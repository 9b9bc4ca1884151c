/* SPDX-FileCopyrightText: 2026 The RingFetch authors */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shared memory that cannot fail later. Anonymous memory is a memfd: it has no name that a killed process
 * could leave behind, seals keep others from resizing or writing it, and no tmpfs bounds it. So its
 * pages come when they are written first, as those of all memory do: a ring costs what is used of it, and
 * is there at once. Named memory lies in /dev/shm, where a page that cannot be had is a SIGBUS at the first
 * write: there every page is reserved with fallocate() when the memory is made. Both fail then, with an
 * error that can be reported, if the machine has not so much memory left. */

#include "rf-shm-private.h"

#include "rf-error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Since Linux 5.1; older headers lack it. */
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

struct _RfShm
{
  guint8 *data;
  gsize size;
  int fd;
  char *path;      /* "/name"; NULL for anonymous memory */
  pid_t linked_by; /* the process that made the name and removes it; 0: none */
};

/* Bytes that the kernel can give out without swapping or killing, or G_MAXUINT64 where it does not
 * tell. Nothing would fail beyond it: the kernel would kill a process. */
static guint64
read_available_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;
  guint64 kibibytes;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return G_MAXUINT64;
  line = strstr (text, "MemAvailable:");
  if (line == NULL || sscanf (line, "MemAvailable: %" G_GINT64_MODIFIER "u kB", &kibibytes) != 1)
    return G_MAXUINT64;
  return kibibytes * 1024;
}

/* Sets the size. */
static gboolean
reserve (int fd, gsize from, gsize size, gboolean named, GError **error)
{
  guint64 available = read_available_memory ();
  int status;

  if (size - from > available)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
                   "%" G_GSIZE_FORMAT " MiB of shared memory were asked for and %" G_GUINT64_FORMAT
                   " MiB are available; lower num-slots or slot-size",
                   (size - from) >> 20, available >> 20);
      return FALSE;
    }

  do
    status = named ? fallocate (fd, 0, (off_t)from, (off_t)(size - from))
                   : ftruncate (fd, (off_t)size);
  while (status != 0 && errno == EINTR);
  if (status == 0)
    return TRUE;

  g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
               "%" G_GSIZE_FORMAT " MiB of shared memory could not be reserved (%s); %s",
               (size - from) >> 20, g_strerror (errno),
               named ? "enlarge /dev/shm, lower num-slots or slot-size, or leave shm-name unset"
                     : "lower num-slots or slot-size");
  return FALSE;
}

static gboolean
map (RfShm *self, GError **error)
{
  /* An empty object still has an address and a name. */
  gsize length = MAX (self->size, 1);
  gpointer data = mmap (NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);

  if (data == MAP_FAILED)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
                   "%" G_GSIZE_FORMAT " MiB of shared memory could not be mapped (%s); "
                   "lower num-slots or slot-size",
                   self->size >> 20, g_strerror (errno));
      return FALSE;
    }
  self->data = data;
  return TRUE;
}

static gboolean
open_anonymous (RfShm *self, GError **error)
{
  self->fd = memfd_create ("ringfetch", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self->fd >= 0)
    return TRUE;
  g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE, "Anonymous shared memory could not be made (%s)",
               g_strerror (errno));
  return FALSE;
}

static gboolean
set_path (RfShm *self, const char *name, GError **error)
{
  const char *bare = *name == '/' ? name + 1 : name;

  if (*bare == '\0' || strchr (bare, '/') != NULL || strlen (bare) >= NAME_MAX
      || strcmp (bare, ".") == 0 || strcmp (bare, "..") == 0)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "\"%s\" cannot name shared memory; use 1 to %d characters without a slash", name,
                   NAME_MAX - 1);
      return FALSE;
    }

  self->path = g_strconcat ("/", bare, NULL);
  return TRUE;
}

static gboolean
open_named (RfShm *self, const char *name, GError **error)
{
  const char *bare;

  if (!set_path (self, name, error))
    return FALSE;
  bare = rf_shm_get_name (self);
  self->fd = shm_open (self->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (self->fd >= 0)
    {
      self->linked_by = getpid ();
      return TRUE;
    }
  if (errno == EEXIST)
    g_set_error (error, RF_ERROR, RF_ERROR_EXISTS,
                 "Shared memory named \"%s\" exists already; choose another name, or remove "
                 "/dev/shm/%s if no process uses it",
                 bare, bare);
  else
    g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                 "Shared memory named \"%s\" could not be made (%s)", bare, g_strerror (errno));
  return FALSE;
}

RfShm *
rf_shm_new (const char *name, gsize size, GError **error)
{
  g_autoptr (RfShm) self = g_new0 (RfShm, 1);

  self->fd = -1;
  self->size = size;
  if (!(name == NULL ? open_anonymous (self, error) : open_named (self, name, error)))
    return NULL;
  if (size > 0 && !reserve (self->fd, 0, size, name != NULL, error))
    return NULL;
  if (!map (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

RfShm *
rf_shm_attach (const char *name, gsize size, GError **error)
{
  g_autoptr (RfShm) self = g_new0 (RfShm, 1);
  struct stat info;

  self->fd = -1;
  self->size = size;
  if (!set_path (self, name, error))
    return NULL;
  self->fd = shm_open (self->path, O_RDWR | O_CLOEXEC, 0);
  if (self->fd < 0 || fstat (self->fd, &info) != 0)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NOT_FOUND,
                   "Shared memory named \"%s\" cannot be attached to (%s)", rf_shm_get_name (self),
                   g_strerror (errno));
      return NULL;
    }
  if (info.st_size < 0 || (guint64)info.st_size != size)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_INVALID_ARGUMENT,
                   "Shared memory named \"%s\" has %" G_GINT64_FORMAT
                   " bytes where %" G_GSIZE_FORMAT
                   " were expected; use the num-slots and slot-size that it was made with",
                   rf_shm_get_name (self), (gint64)info.st_size, size);
      return NULL;
    }
  if (!map (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rf_shm_free (RfShm *self)
{
  rf_shm_unlink (self);
  if (self->data != NULL)
    munmap (self->data, MAX (self->size, 1));
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

void
rf_shm_unlink (RfShm *self)
{
  /* A forked child has a copy of this, but the name is its parent's. */
  if (self->linked_by != 0 && self->linked_by == getpid ())
    shm_unlink (self->path);
  self->linked_by = 0;
}

gboolean
rf_shm_grow (RfShm *self, gsize size, GError **error)
{
  gpointer data;

  if (size <= self->size)
    return TRUE;
  if (!reserve (self->fd, self->size, size, FALSE, error))
    return FALSE;
  data = mremap (self->data, MAX (self->size, 1), size, MREMAP_MAYMOVE);
  if (data == MAP_FAILED)
    {
      g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
                   "%" G_GSIZE_FORMAT " MiB of shared memory could not be mapped (%s)", size >> 20,
                   g_strerror (errno));
      return FALSE;
    }
  self->data = data;
  self->size = size;
  return TRUE;
}

gboolean
rf_shm_seal (RfShm *self, GError **error)
{
  int size_seals = F_SEAL_SHRINK | F_SEAL_GROW;

  if (self->path != NULL)
    return TRUE;
  /* Kernels before 5.1 do not know the write seal: the size is what a SIGBUS hangs on. */
  if (fcntl (self->fd, F_ADD_SEALS, size_seals | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) == 0
      || fcntl (self->fd, F_ADD_SEALS, size_seals | F_SEAL_SEAL) == 0)
    return TRUE;
  g_set_error (error, RF_ERROR, RF_ERROR_NO_SPACE,
               "Anonymous shared memory could not be sealed (%s)", g_strerror (errno));
  return FALSE;
}

gpointer
rf_shm_get_data (const RfShm *self)
{
  return self->data;
}

gsize
rf_shm_get_size (const RfShm *self)
{
  return self->size;
}

const char *
rf_shm_get_name (const RfShm *self)
{
  return self->path != NULL ? self->path + 1 : NULL;
}

int
rf_shm_get_fd (const RfShm *self)
{
  return self->fd;
}
