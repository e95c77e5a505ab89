#ifndef IKC_FLOOR_SERVER_H
#define IKC_FLOOR_SERVER_H

#include "ikc_floor_stream.h"

/// A server that answers each frame with `reply`, or only counts the frames
/// where there is none. An empty frame asks for the connection's count.
typedef struct {
  ikc_floor_loop loop;
  ikc_floor_handle listener;
  int is_unix;
  const char *reply;
  size_t reply_length;
  char *out;
} ikc_floor_server;

static inline void ikc_floor__server_closed(uv_handle_t *handle) {
  ikc_floor_connection *c = (ikc_floor_connection *)handle;
  free(c->held);
  free(c);
}

static inline void ikc_floor__server_end(ikc_floor_connection *c, int status) {
  (void)status;
  if (!uv_is_closing(&c->handle.any)) uv_close(&c->handle.any, ikc_floor__server_closed);
}

/// Answers a whole read with as few writes as the out buffer allows.
static inline int ikc_floor__server_answer(ikc_floor_server *server, ikc_floor_connection *c, uint64_t frames) {
  size_t length = server->reply_length, filled = 0;
  int status = 0;
  while (frames-- && status == 0) {
    if (filled + length > IKC_FLOOR_SLAB) {
      status = ikc_floor_send(c, server->out, filled);
      filled = 0;
    }
    memcpy(server->out + filled, server->reply, length);
    filled += length;
  }
  return status ? status : ikc_floor_send(c, server->out, filled);
}

static inline void ikc_floor__server_batch(ikc_floor_connection *c, const ikc_floor_batch *batch) {
  ikc_floor_server *server = (ikc_floor_server *)c->owner;
  int status = 0, asked = batch->last_length == 0;
  c->frames += batch->frames - (uint64_t)asked;
  if (asked) {
    char digits[24], answer[32];
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)c->frames);
    int head = snprintf(answer, sizeof answer, "%d", count);
    memcpy(answer + head + 1, digits, (size_t)count);
    c->frames = 0;
    status = ikc_floor_send(c, answer, (size_t)(head + 1 + count));
  } else if (server->reply_length) {
    status = ikc_floor__server_answer(server, c, batch->frames);
  }
  if (status < 0) ikc_floor__server_end(c, status);
}

static inline void ikc_floor__server_accept(uv_stream_t *listener, int status) {
  ikc_floor_server *server = (ikc_floor_server *)listener->data;
  if (status < 0) return;
  ikc_floor_connection *c = (ikc_floor_connection *)calloc(1, sizeof *c);
  if (!c) return;
  c->owner = &server->loop;
  if (ikc_floor_handle_init(&server->loop, &c->handle, server->is_unix) != 0) {
    free(c);
    return;
  }
  if (uv_accept(listener, &c->handle.stream) != 0) {
    ikc_floor__server_end(c, 0);
    return;
  }
  if (!server->is_unix) uv_tcp_nodelay(&c->handle.tcp, 1);
  if (ikc_floor_read_start(c) != 0) ikc_floor__server_end(c, 0);
}

/// Binds with SO_REUSEPORT, so that each loop has a listener of its own.
static inline int ikc_floor__server_bind(ikc_floor_server *server, const ikc_floor_address *address) {
  if (server->is_unix) return uv_pipe_bind(&server->listener.pipe, address->path);
  struct sockaddr_storage target = {0};
  int on = 1, status = ikc_floor_sockaddr(address, &target);
  if (status != 0) return status;
  int descriptor = socket(target.ss_family, SOCK_STREAM, 0);
  if (descriptor < 0) return uv_translate_sys_error(errno);
  if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    status = uv_translate_sys_error(errno);
    close(descriptor);
    return status;
  }
  status = uv_tcp_open(&server->listener.tcp, descriptor);
  return status ? status : uv_tcp_bind(&server->listener.tcp, (const struct sockaddr *)&target, 0);
}

/// Listens; `address->port` 0 takes a free one. `reply` is a whole frame that
/// must live as long as the server. Close with `ikc_floor_server_close`.
static inline int ikc_floor_server_listen(
  ikc_floor_server *server, const ikc_floor_address *address, const char *reply, size_t reply_length
) {
  memset(server, 0, sizeof *server);
  server->is_unix = address->path != NULL;
  server->reply = reply;
  server->reply_length = reply_length;
  if (reply_length > IKC_FLOOR_SLAB) return UV_E2BIG;
  int status = ikc_floor_loop_init(&server->loop);
  if (status != 0) return status;
  server->out = (char *)malloc(IKC_FLOOR_SLAB);
  if (!server->out) return UV_ENOMEM;
  server->loop.on_batch = ikc_floor__server_batch;
  server->loop.on_end = ikc_floor__server_end;
  server->listener.any.data = server;
  status = ikc_floor_handle_init(&server->loop, &server->listener, server->is_unix);
  if (status == 0) status = ikc_floor__server_bind(server, address);
  return status ? status : uv_listen(&server->listener.stream, 1024, ikc_floor__server_accept);
}

/// The port that a TCP server listens on, or an error below 0.
static inline int ikc_floor_server_port(const ikc_floor_server *server) {
  struct sockaddr_storage name;
  int length = sizeof name;
  int status = uv_tcp_getsockname(&server->listener.tcp, (struct sockaddr *)&name, &length);
  if (status != 0) return status;
  return name.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&name)->sin6_port)
                                    : ntohs(((struct sockaddr_in *)&name)->sin_port);
}

/// Serves until the process ends.
static inline void ikc_floor_server_run(ikc_floor_server *server) { uv_run(&server->loop.uv, UV_RUN_DEFAULT); }

#endif
