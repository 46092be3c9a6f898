// Preloaded into a process: notes, in order, all that it does to the files of one folder, so that a test can tell what a
// power cut leaves. Knows nothing of SQLite, but that a -shm file never has to survive.
//
// DISK_JOURNAL is the file it writes to, DISK_FOLDER the folder it watches. A record is a `struct record` and then
// `length` bytes: a name (open, rename), what was written (write), or what the process said on its stdout (say).
// One process, one folder without folders in it, no rename over a file, no hard links, no mmap: all that a store does.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
  uint32_t operation;
  uint32_t file;
  uint64_t offset;
  uint64_t length;
};

enum { OPEN = 'o', WRITE = 'w', TRUNCATE = 't', SYNC = 's', SYNC_FOLDER = 'd', UNLINK = 'u', RENAME = 'r', SAY = 'a' };

enum { most_descriptors = 4096, most_files = 4096, longest_path = 4096 };

// What a descriptor stands for: 0 none of ours, else a file's number; `folder` is the folder itself.
static const uint32_t folder = UINT32_MAX;
static uint32_t files[most_descriptors];
// Names of the folder, by file number. A name that was unlinked is free, and its next file is another one.
static char *names[most_files];
static uint32_t count = 0;

static const char *watched = NULL;
static int journal = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
  watched = getenv("DISK_FOLDER");
  const char *path = getenv("DISK_JOURNAL");
  if (watched == NULL || path == NULL) return;
  journal = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  // The processes that this one starts are not recorded.
  unsetenv("LD_PRELOAD");
}

static void note(uint32_t operation, uint32_t file, uint64_t offset, const void *bytes, uint64_t length) {
  struct record record = {operation, file, offset, length};
  struct iovec parts[] = {{&record, sizeof record}, {(void *)bytes, length}};
  size_t whole = sizeof record + length;
  if (syscall(SYS_writev, journal, parts, 2) != (ssize_t)whole) abort();
}

// The name within the folder; NULL if it is none of its files, "" if it is the folder.
static const char *name_of(const char *path) {
  if (journal < 0) return NULL;
  size_t length = strlen(watched);
  if (strncmp(path, watched, length) != 0) return NULL;
  if (path[length] == '\0') return path + length;
  if (path[length] != '/') return NULL;
  const char *name = path + length + 1;
  size_t ending = strlen(name);
  if (ending >= 4 && strcmp(name + ending - 4, "-shm") == 0) return NULL;
  return name;
}

static uint32_t file_of(const char *name) {
  for (uint32_t file = 1; file <= count; file++) {
    if (names[file] != NULL && strcmp(names[file], name) == 0) return file;
  }
  return 0;
}

static void opened(int descriptor, const char *name) {
  if (descriptor < 0 || name == NULL) return;
  if (descriptor >= most_descriptors || count + 1 >= most_files) abort();
  pthread_mutex_lock(&mutex);
  uint32_t file = *name == '\0' ? folder : file_of(name);
  if (file == 0) {
    file = ++count;
    names[file] = strdup(name);
    note(OPEN, file, 0, name, strlen(name));
  }
  files[descriptor] = file;
  pthread_mutex_unlock(&mutex);
}

static uint32_t descriptor_of(int descriptor) {
  if (journal < 0 || descriptor < 0 || descriptor >= most_descriptors) return 0;
  return files[descriptor];
}

#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  int descriptor = NEXT(open)(path, flags, mode);
  opened(descriptor, name_of(path));
  return descriptor;
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  int descriptor = NEXT(open64)(path, flags, mode);
  opened(descriptor, name_of(path));
  return descriptor;
}

int close(int descriptor) {
  // Before it is closed: another thread may get its number at once.
  if (descriptor_of(descriptor) != 0) files[descriptor] = 0;
  return NEXT(close)(descriptor);
}

static void wrote(uint32_t file, off64_t offset, const void *bytes, ssize_t length) {
  if (file == 0 || length <= 0) return;
  pthread_mutex_lock(&mutex);
  note(WRITE, file, offset, bytes, length);
  pthread_mutex_unlock(&mutex);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
  uint32_t file = descriptor_of(descriptor);
  if (descriptor == STDOUT_FILENO && journal >= 0) {
    pthread_mutex_lock(&mutex);
    note(SAY, 0, 0, bytes, length);
    pthread_mutex_unlock(&mutex);
  }
  off64_t offset = file == 0 ? 0 : lseek64(descriptor, 0, SEEK_CUR);
  ssize_t written = NEXT(write)(descriptor, bytes, length);
  wrote(file, offset, bytes, written);
  return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  ssize_t written = NEXT(pwrite)(descriptor, bytes, length, offset);
  wrote(descriptor_of(descriptor), offset, bytes, written);
  return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  ssize_t written = NEXT(pwrite64)(descriptor, bytes, length, offset);
  wrote(descriptor_of(descriptor), offset, bytes, written);
  return written;
}

static int done(int result, uint32_t operation, uint32_t file, uint64_t offset) {
  if (result != 0 || file == 0) return result;
  pthread_mutex_lock(&mutex);
  note(operation, file == folder ? 0 : file, offset, NULL, 0);
  pthread_mutex_unlock(&mutex);
  return result;
}

int ftruncate(int descriptor, off_t size) {
  return done(NEXT(ftruncate)(descriptor, size), TRUNCATE, descriptor_of(descriptor), size);
}

int ftruncate64(int descriptor, off64_t size) {
  return done(NEXT(ftruncate64)(descriptor, size), TRUNCATE, descriptor_of(descriptor), size);
}

int fsync(int descriptor) {
  uint32_t file = descriptor_of(descriptor);
  return done(NEXT(fsync)(descriptor), file == folder ? SYNC_FOLDER : SYNC, file, 0);
}

int fdatasync(int descriptor) {
  uint32_t file = descriptor_of(descriptor);
  return done(NEXT(fdatasync)(descriptor), file == folder ? SYNC_FOLDER : SYNC, file, 0);
}

int unlink(const char *path) {
  const char *name = name_of(path);
  int result = NEXT(unlink)(path);
  if (result != 0 || name == NULL) return result;
  pthread_mutex_lock(&mutex);
  uint32_t file = file_of(name);
  if (file != 0) {
    names[file] = NULL;
    note(UNLINK, file, 0, NULL, 0);
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

int rename(const char *from, const char *to) {
  const char *name = name_of(from), *new_name = name_of(to);
  int result = NEXT(rename)(from, to);
  if (result != 0 || (name == NULL && new_name == NULL)) return result;
  pthread_mutex_lock(&mutex);
  // Anything else than a file of ours to a free name would be another disk than the one that the test puts together.
  uint32_t file = name == NULL ? 0 : file_of(name);
  if (file == 0 || new_name == NULL || file_of(new_name) != 0) abort();
  free(names[file]);
  names[file] = strdup(new_name);
  note(RENAME, file, 0, new_name, strlen(new_name));
  pthread_mutex_unlock(&mutex);
  return result;
}
