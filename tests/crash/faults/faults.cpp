// Loaded into a program by LD_PRELOAD: counts the steps by which it changes files of one folder, and ends the
// program or refuses the step where the test asks for it. Test code; no part of any program of ours knows it.
#include "tests/crash/faults/faults.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>

namespace {

using sealift::crash::Control;
using sealift::crash::Fault;

Control* control() {
  static Control* const shared = [] {
    const char* path = ::getenv(sealift::crash::control_variable);
    const int fd = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return static_cast<Control*>(nullptr);
    void* at = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    return at == MAP_FAILED ? nullptr : static_cast<Control*>(at);
  }();
  return shared;
}

/// Not the shared memory of SQLite's readers, which nobody expects to last.
bool watched(const char* path) {
  static const char* const folder = ::getenv(sealift::crash::folder_variable);
  if (!folder || !control() || ::strncmp(path, folder, ::strlen(folder)) != 0) return false;
  const size_t length = ::strlen(path);
  return length < 4 || ::strcmp(path + length - 4, "-shm") != 0;
}
bool watched(int fd) {
  char link[40], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = 0;
  return watched(path);
}

enum class What { go_on, half_and_die, half, fail };

/// Counts a step; what is to become of it. Sets errno where it fails.
What step(bool is_write) {
  const uint64_t now = control()->steps.fetch_add(1) + 1, at = control()->at.load();
  if (at == 0 || now < at) return What::go_on;
  switch (control()->fault.load()) {
    case Fault::kill:
      ::kill(::getpid(), SIGKILL);
      for (;;) ::pause();
    case Fault::kill_half:
      return What::half_and_die;
    case Fault::fail_once:
      if (now != at) return What::go_on;
      errno = EIO;
      return What::fail;
    case Fault::fail:
      errno = EIO;
      return What::fail;
    case Fault::full:
      if (!is_write) return What::go_on;
      errno = ENOSPC;
      return now == at ? What::half : What::fail;
    default:
      return What::go_on;
  }
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

template <class Call>
ssize_t writing(int fd, size_t size, Call call) {
  if (!watched(fd)) return call(size);
  const What what = step(true);
  if (what == What::fail) return -1;
  if (what == What::go_on) return call(size);
  const ssize_t done = size > 1 ? call(size / 2) : call(size);
  if (what == What::half_and_die) {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  return done;
}

template <class Call>
int changing(bool mine, Call call) {
  if (!mine) return call();
  const What what = step(false);
  if (what == What::fail) return -1;
  const int done = call();
  if (what == What::half_and_die) {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  return done;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  return writing(fd, size, [&](size_t n) { return real(fd, data, n); });
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return writing(fd, size, [&](size_t n) { return real(fd, data, n, at); });
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return writing(fd, size, [&](size_t n) { return real(fd, data, n, at); });
}
int fsync(int fd) {
  static const auto real = next<int (*)(int)>("fsync");
  return changing(watched(fd), [&] { return real(fd); });
}
int fdatasync(int fd) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return changing(watched(fd), [&] { return real(fd); });
}
int ftruncate(int fd, off_t size) {
  static const auto real = next<int (*)(int, off_t)>("ftruncate");
  return changing(watched(fd), [&] { return real(fd, size); });
}
int ftruncate64(int fd, off64_t size) {
  static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
  return changing(watched(fd), [&] { return real(fd, size); });
}
int rename(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return changing(watched(to), [&] { return real(from, to); });
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  static const auto real = next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  return changing(watched(to), [&] { return real(from_folder, from, to_folder, to, flags); });
}
int link(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("link");
  return changing(watched(to), [&] { return real(from, to); });
}
int unlink(const char* path) {
  static const auto real = next<int (*)(const char*)>("unlink");
  return changing(watched(path), [&] { return real(path); });
}
}
