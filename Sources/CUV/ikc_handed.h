#ifndef IKC_HANDED_H
#define IKC_HANDED_H

// Descriptors that the application opened.

#include "ikc_address.h"
#include "ikc_listener.h"

// 0 where the descriptor is a stream socket; `listens`: whether it says that it is one that listens, negative where it can't say.
static inline int ikc_handed_stream(int descriptor, int *listens) {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) < 0) return ikc_last_error();
  if (type != SOCK_STREAM) return UV_EPROTOTYPE;
  size = sizeof *listens;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, listens, &size) < 0) *listens = ikc_last_error();
  return 0;
}

static inline int ikc_handed_family(const struct sockaddr_storage *address) {
  switch (address->ss_family) {
  case AF_UNIX: return 1;
  case AF_INET:
  case AF_INET6: return 0;
  default: return UV_EAFNOSUPPORT;
  }
}

// What kind of connected stream socket the descriptor is: 1 unix, 0 TCP, negative: none, and why.
static inline int ikc_handed_kind(int descriptor) {
  int listens = 0;
  int result = ikc_handed_stream(descriptor, &listens);
  if (result < 0) return result;
  if (listens > 0) return UV_ENOTCONN;
  struct sockaddr_storage address;
  result = ikc_descriptor_address(descriptor, 1, &address);
  if (result == 0) result = ikc_descriptor_address(descriptor, 0, &address);
  return result < 0 ? result : ikc_handed_family(&address);
}

// What kind of listening stream socket the descriptor is: 1 unix, 0 TCP, negative: none, and why.
static inline int ikc_listening_kind(int descriptor) {
  int listens = 0;
  int result = ikc_handed_stream(descriptor, &listens);
  if (result < 0) return result;
  if (listens < 0) return listens;
  if (!listens) return UV_EINVAL;
  struct sockaddr_storage address;
  result = ikc_descriptor_address(descriptor, 0, &address);
  return result < 0 ? result : ikc_handed_family(&address);
}

// Makes it fit for a loop; a TCP socket sends small frames at once.
static inline int ikc_handed_prepare(int descriptor, int tcp, int keepalive) {
  int result = ikc_prepare_descriptor(descriptor);
  if (result == 0 && tcp) result = ikc_set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  if (result == 0 && tcp && keepalive > 0) result = ikc_keepalive(descriptor, keepalive);
  return result;
}

#endif
