// isolab-seal FILE: a copy of FILE in memory that nobody can change any more, not even who opens it for writing: a memfd with F_SEAL_WRITE.
// Prints `/proc/PID/fd/N SIZE` and holds it until standard input ends. Machines map their RAM from it, private: each has its own pages as soon as it writes one.
// Blocks of zeros become holes.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCK = 1 << 16, PAGE = 4096 };

static int give_up(const char *what) {
  perror(what);
  return 1;
}

/** Writes the pages of a block that aren't all zeros. */
static int copy_block(int to, const char *block, ssize_t length, off_t at) {
  static const char zeros[PAGE];
  for (ssize_t i = 0; i < length; i += PAGE) {
    size_t n = length - i < PAGE ? (size_t)(length - i) : PAGE;
    if (memcmp(block + i, zeros, n) != 0 && pwrite(to, block + i, n, at + i) != (ssize_t)n) return -1;
  }
  return 0;
}

int main(int argc, char **argv) {
  static char block[BLOCK];
  if (argc != 2) return fprintf(stderr, "usage: isolab-seal FILE\n"), 2;
  int from = open(argv[1], O_RDONLY | O_CLOEXEC);
  if (from < 0) return give_up(argv[1]);
  off_t size = lseek(from, 0, SEEK_END);
  int to = memfd_create("isolab-ram", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (to < 0 || ftruncate(to, size) != 0) return give_up("memfd_create");
  for (off_t at = 0; at < size;) {
    off_t data = lseek(from, at, SEEK_DATA);
    if (data < 0) break;
    at = data - data % PAGE;
    ssize_t n = pread(from, block, BLOCK, at);
    if (n <= 0) return give_up(argv[1]);
    if (copy_block(to, block, n, at) != 0) return give_up("write");
    at += n;
  }
  close(from);
  if (fcntl(to, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) return give_up("seal");
  printf("/proc/%d/fd/%d %lld\n", getpid(), to, (long long)size);
  fflush(stdout);
  while (read(0, block, BLOCK) > 0);
  return 0;
}
