#ifndef IKC_ADDRESS_H
#define IKC_ADDRESS_H

// Socket addresses as numbers and text.

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <uv.h>

// An enumeration's case to some systems, a number to others: neither is imported alike.
static inline int ikc_sock_stream(void) { return SOCK_STREAM; }

// A numeric address; UV_EINVAL where the text is a name.
static inline int ikc_numeric_address(const char *host, int port, struct sockaddr_storage *address) {
  if (uv_ip4_addr(host, port, (struct sockaddr_in *)address) == 0) return 0;
  return uv_ip6_addr(host, port, (struct sockaddr_in6 *)address);
}

static inline void ikc_set_port(struct sockaddr_storage *address, int port) {
  if (address->ss_family == AF_INET) {
    ((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
  } else if (address->ss_family == AF_INET6) {
    ((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
  }
}

static inline int ikc_port(const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)address)->sin_port);
  if (address->ss_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
  return -1;
}

static inline int ikc_is_any_host(const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET) return ((const struct sockaddr_in *)address)->sin_addr.s_addr == htonl(INADDR_ANY);
  if (address->ss_family == AF_INET6) return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
  return 0;
}

// The address as text, without the port: a number, or the path of a unix socket (empty where it has none).
static inline int ikc_address_text(const struct sockaddr_storage *address, char *text, size_t size) {
  switch (address->ss_family) {
  case AF_INET: return uv_ip4_name((const struct sockaddr_in *)address, text, size);
  case AF_INET6: return uv_ip6_name((const struct sockaddr_in6 *)address, text, size);
  case AF_UNIX: {
    const char *path = ((const struct sockaddr_un *)address)->sun_path;
    size_t length = strnlen(path, sizeof(((struct sockaddr_un *)0)->sun_path));
    if (length >= size) return UV_ENOBUFS;
    memcpy(text, path, length);
    text[length] = 0;
    return 0;
  }
  default: return UV_EAFNOSUPPORT;
  }
}

static inline int ikc_descriptor_address(int descriptor, int peer, struct sockaddr_storage *address) {
  socklen_t size = sizeof *address;
  memset(address, 0, sizeof *address);
  int result = peer ? getpeername(descriptor, (struct sockaddr *)address, &size)
                    : getsockname(descriptor, (struct sockaddr *)address, &size);
  return result < 0 ? uv_translate_sys_error(errno) : 0;
}

#endif
