/* Records what has reached the disk: preloaded into a process that writes a store.
 *
 * At each fsync or fdatasync of a file, what changed in it is copied to $SHADOW/<inode>; at each fsync of a directory, its
 * list of names and inodes to $SHADOW/<inode>.names. What was never synced is in neither. After the process was killed,
 * the test builds from this the directory as a power cut would have left it.
 *
 * The sync of a new file also records its name: POSIX does not promise that, ext4, xfs and btrfs do. STRICT in the
 * environment takes it away. lsm-tree 3.1.10 relies on it for the files of large values (it syncs the file, and the
 * directory only for tables).
 *
 * While the file $FULL exists, the disk is full: a write to a file is cut in half, and the next one fails with ENOSPC.
 *
 * An inode is named with its time of birth, because numbers are used again. A sync is recorded before it is answered, so
 * a kill in the middle leaves it half done, as a power cut does. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHUNK 65536

static void inode_of(int dir, const char *path, int flags, char *out, size_t size) {
  struct statx at;
  if (statx(dir, path, flags, STATX_INO | STATX_BTIME, &at) != 0) abort();
  snprintf(out, size, "%llu-%lld.%u", (unsigned long long)at.stx_ino, (long long)at.stx_btime.tv_sec,
           at.stx_btime.tv_nsec);
}

static void record_directory(int fd, const char *shadow) {
  char inode[128], path[PATH_MAX], unfinished[PATH_MAX];
  inode_of(fd, "", AT_EMPTY_PATH, inode, sizeof inode);
  snprintf(path, sizeof path, "%s/%s.names", shadow, inode);
  snprintf(unfinished, sizeof unfinished, "%s.%d", path, (int)syscall(SYS_gettid));
  FILE *names = fopen(unfinished, "w");
  int again = openat(fd, ".", O_RDONLY | O_DIRECTORY);
  DIR *listing = fdopendir(again);
  if (!names || !listing) abort();
  for (struct dirent *entry; (entry = readdir(listing));) {
    struct stat meta;
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    if (fstatat(fd, entry->d_name, &meta, AT_SYMLINK_NOFOLLOW) != 0) continue; /* gone meanwhile */
    struct statx at;
    if (statx(fd, entry->d_name, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &at) != 0) continue;
    fprintf(names, "%c %llu-%lld.%u %s\n", S_ISDIR(meta.st_mode) ? 'd' : 'f', (unsigned long long)at.stx_ino,
            (long long)at.stx_btime.tv_sec, at.stx_btime.tv_nsec, entry->d_name);
  }
  closedir(listing);
  fclose(names);
  if (rename(unfinished, path) != 0) abort();
}

static void record_name(int fd, const char *inode, const char *shadow) {
  char self[64], path[PATH_MAX], names[PATH_MAX], line[PATH_MAX], parent[128];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(self, path, sizeof path - 1);
  if (length < 0) abort();
  path[length] = 0;
  char *name = strrchr(path, '/');
  if (!name || getenv("STRICT")) return;
  *name++ = 0;
  inode_of(AT_FDCWD, path, 0, parent, sizeof parent);
  snprintf(names, sizeof names, "%s/%s.names", shadow, parent);
  FILE *list = fopen(names, "a+");
  if (!list) abort();
  rewind(list);
  while (fgets(line, sizeof line, list))
    if (!strncmp(line + 2, inode, strlen(inode))) {
      fclose(list);
      return;
    }
  fprintf(list, "f %s %s\n", inode, name);
  fclose(list);
}

static void record_file(int fd, off_t size, const char *shadow) {
  char inode[128], path[PATH_MAX], self[64];
  static __thread char now[CHUNK], before[CHUNK];
  inode_of(fd, "", AT_EMPTY_PATH, inode, sizeof inode);
  snprintf(path, sizeof path, "%s/%s", shadow, inode);
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd); /* the file may be open for writing only */
  int from = open(self, O_RDONLY), to = open(path, O_RDWR | O_CREAT, 0644);
  if (from < 0 || to < 0) abort();
  for (off_t at = 0; at < size; at += CHUNK) {
    ssize_t new = pread(from, now, CHUNK, at), old = pread(to, before, CHUNK, at);
    if (new < 0 || old < 0) abort();
    if (new != old || memcmp(now, before, new) != 0)
      if (pwrite(to, now, new, at) != new) abort();
  }
  if (ftruncate(to, size) != 0) abort();
  close(from);
  close(to);
  record_name(fd, inode, shadow);
}

static void record(int fd) {
  const char *shadow = getenv("SHADOW");
  struct stat meta;
  if (!shadow || fstat(fd, &meta) != 0) return;
  if (S_ISDIR(meta.st_mode)) record_directory(fd, shadow);
  if (S_ISREG(meta.st_mode)) record_file(fd, meta.st_size, shadow);
}

/* The real call is left out: what it would do is what is recorded, and the disk is spared. */
int fsync(int fd) {
  record(fd);
  return 0;
}

int fdatasync(int fd) {
  record(fd);
  return 0;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  static __thread int cut;
  const char *full = getenv("FULL");
  struct stat meta;
  if (!real) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (!full || access(full, F_OK) != 0 || fstat(fd, &meta) != 0 || !S_ISREG(meta.st_mode)) return real(fd, bytes, count);
  if ((cut = !cut) && count > 1) return real(fd, bytes, count / 2);
  errno = ENOSPC;
  return -1;
}
