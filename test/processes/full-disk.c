// Preloaded into a process: as long as the file DISK_FULL exists, nothing in the folder DISK_FOLDER gets longer, as on a
// disk without space; what is there can be written over and cut off.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *watched = NULL;
static const char *sign = NULL;

__attribute__((constructor)) static void start(void) {
  watched = getenv("DISK_FOLDER");
  sign = getenv("DISK_FULL");
  unsetenv("LD_PRELOAD");
}

static int is_watched(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  size_t folder = strlen(watched);
  return length > (ssize_t)folder && strncmp(path, watched, folder) == 0 && path[folder] == '/';
}

// How much of it finds room; -1 with ENOSPC if nothing does.
static ssize_t room(int descriptor, size_t length, off64_t offset) {
  struct stat found;
  if (watched == NULL || sign == NULL || access(sign, F_OK) != 0 || !is_watched(descriptor)) return length;
  if (fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode)) return length;
  if (offset + (off64_t)length <= found.st_size) return length;
  if (offset < found.st_size) return found.st_size - offset;
  errno = ENOSPC;
  return -1;
}

#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

ssize_t write(int descriptor, const void *bytes, size_t length) {
  ssize_t fits = room(descriptor, length, lseek64(descriptor, 0, SEEK_CUR));
  return fits < 0 ? fits : NEXT(write)(descriptor, bytes, fits);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  ssize_t fits = room(descriptor, length, offset);
  return fits < 0 ? fits : NEXT(pwrite)(descriptor, bytes, fits, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  ssize_t fits = room(descriptor, length, offset);
  return fits < 0 ? fits : NEXT(pwrite64)(descriptor, bytes, fits, offset);
}
