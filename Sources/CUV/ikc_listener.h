#ifndef IKC_LISTENER_H
#define IKC_LISTENER_H

// Listening sockets made by hand: SO_REUSEPORT is not in libuv before 1.49, its accepting differs between versions, closes the
// whole backlog when descriptors run out, and hands out no descriptors for other loops. Failures are UV_E… codes.

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

static inline int ikc_last_error(void) { return uv_translate_sys_error(errno); }

static inline int ikc_prepare_descriptor(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return ikc_last_error();
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) return ikc_last_error();
  return 0;
}

static inline int ikc_set(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof value) < 0 ? ikc_last_error() : 0;
}

static inline socklen_t ikc_address_size(const struct sockaddr *address) {
  switch (address->sa_family) {
  case AF_INET: return sizeof(struct sockaddr_in);
  case AF_INET6: return sizeof(struct sockaddr_in6);
  default: return sizeof(struct sockaddr_un);
  }
}

// -1 where the path is too long.
static inline int ikc_unix_address(const char *path, struct sockaddr_un *address) {
  size_t length = strlen(path);
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (length >= sizeof address->sun_path) return -1;
  memcpy(address->sun_path, path, length);
  return 0;
}

// Silence in seconds before the first probe; then five probes, a fifth of it apart.
static inline int ikc_keepalive(int descriptor, int seconds) {
  int result = ikc_set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (result < 0) return result;
#if defined(TCP_KEEPIDLE)
  result = ikc_set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
#elif defined(TCP_KEEPALIVE)
  result = ikc_set(descriptor, IPPROTO_TCP, TCP_KEEPALIVE, seconds);
#endif
#if defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
  if (result == 0) result = ikc_set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, seconds < 5 ? 1 : seconds / 5);
  if (result == 0) result = ikc_set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 5);
#endif
  return result;
}

// The listening descriptor, bound and ready. Accepted sockets take over TCP_NODELAY and the keepalive from it.
static inline int ikc_listen(const struct sockaddr *address, int backlog, int reuse_port, int keepalive) {
  int tcp = address->sa_family != AF_UNIX;
  int descriptor = socket(address->sa_family, SOCK_STREAM, 0);
  if (descriptor < 0) return ikc_last_error();
  int result = ikc_prepare_descriptor(descriptor);
  if (result == 0 && tcp) result = ikc_set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  if (result == 0 && tcp && reuse_port) result = ikc_set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  if (result == 0 && tcp) result = ikc_set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  if (result == 0 && tcp && keepalive > 0) result = ikc_keepalive(descriptor, keepalive);
  if (result == 0 && bind(descriptor, address, ikc_address_size(address)) < 0) result = ikc_last_error();
  if (result == 0 && listen(descriptor, backlog) < 0) result = ikc_last_error();
  if (result == 0) return descriptor;
  close(descriptor);
  return result;
}

#if defined(__linux__)
// What the headers declare under _GNU_SOURCE alone.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
#endif

// The next connection's descriptor, and where it comes from; UV_EAGAIN where none waits.
static inline int ikc_accept(int descriptor, struct sockaddr_storage *peer) {
  int accepted;
  do {
    socklen_t size = sizeof *peer;
    memset(peer, 0, sizeof *peer);
#if defined(__linux__)
    accepted = accept4(descriptor, (struct sockaddr *)peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    accepted = accept(descriptor, (struct sockaddr *)peer, &size);
#endif
  } while (accepted < 0 && errno == EINTR);
  if (accepted < 0) return ikc_last_error();
#if !defined(__linux__)
  int result = ikc_prepare_descriptor(accepted);
  if (result < 0) {
    close(accepted);
    return result;
  }
#endif
  return accepted;
}

// Whether a server accepts connections at that unix socket.
static inline int ikc_unix_answers(const struct sockaddr_un *address) {
  int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  if (descriptor < 0) return 1;
  int answers = ikc_prepare_descriptor(descriptor) < 0 ||
                connect(descriptor, (const struct sockaddr *)address, sizeof *address) == 0 ||
                (errno != ECONNREFUSED && errno != ENOENT);
  close(descriptor);
  return answers;
}

// What identifies a file, to recognise it later. 0: is there and is a socket.
static inline int ikc_unix_identity(const char *path, uint64_t *device, uint64_t *inode) {
  struct stat status;
  if (lstat(path, &status) < 0) return ikc_last_error();
  *device = (uint64_t)status.st_dev;
  *inode = (uint64_t)status.st_ino;
  return S_ISSOCK(status.st_mode) ? 0 : UV_ENOTSOCK;
}

static inline void ikc_close_descriptor(int descriptor) { close(descriptor); }
static inline void ikc_unlink(const char *path) { unlink(path); }

#endif
