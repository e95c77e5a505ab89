#ifndef IKC_FLOOR_STREAM_H
#define IKC_FLOOR_STREAM_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "ikc_floor_frame.h"

enum { IKC_FLOOR_SLAB = 256 * 1024 };

/// A numeric address: `path` for a unix socket, else `host` and `port`.
typedef struct {
  const char *host;
  int port;
  const char *path;
} ikc_floor_address;

typedef union {
  uv_handle_t any;
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
} ikc_floor_handle;

typedef struct ikc_floor_loop ikc_floor_loop;

/// One connection at either end. `held` is memory for a part of a frame and
/// exists only while there is one; a frame longer than the slab is read into
/// it in place (`wanted` is its size then, else 0).
typedef struct {
  ikc_floor_handle handle;
  ikc_floor_loop *owner;
  char *held;
  uint32_t held_length;
  uint32_t wanted;
  uint64_t frames;
} ikc_floor_connection;

/// One event loop, at either end, with the memory that its connections share.
struct ikc_floor_loop {
  uv_loop_t uv;
  char *slab;
  void (*on_batch)(ikc_floor_connection *, const ikc_floor_batch *);
  void (*on_end)(ikc_floor_connection *, int status);
  /// Takes bytes that come before the frames; returns how many it took, and
  /// clears `lines` when frames begin. Null where frames begin at once.
  size_t (*on_lines)(ikc_floor_connection *, const char *bytes, size_t length);
};

static inline int ikc_floor_loop_init(ikc_floor_loop *loop) {
  loop->slab = (char *)malloc(IKC_FLOOR_SLAB);
  if (!loop->slab) return UV_ENOMEM;
  return uv_loop_init(&loop->uv);
}

/// Closes what is still open on the loop and frees its memory.
static inline void ikc_floor__close_walk(uv_handle_t *handle, void *context) {
  (void)context;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static inline void ikc_floor_loop_close(ikc_floor_loop *loop) {
  uv_walk(&loop->uv, ikc_floor__close_walk, NULL);
  uv_run(&loop->uv, UV_RUN_DEFAULT);
  uv_loop_close(&loop->uv);
  free(loop->slab);
  loop->slab = NULL;
}

static inline int ikc_floor_handle_init(ikc_floor_loop *loop, ikc_floor_handle *handle, int is_unix) {
  return is_unix ? uv_pipe_init(&loop->uv, &handle->pipe, 0) : uv_tcp_init(&loop->uv, &handle->tcp);
}

static inline int ikc_floor_sockaddr(const ikc_floor_address *address, struct sockaddr_storage *out) {
  if (uv_ip4_addr(address->host, address->port, (struct sockaddr_in *)out) == 0) return 0;
  return uv_ip6_addr(address->host, address->port, (struct sockaddr_in6 *)out);
}

static inline void ikc_floor__alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)suggested;
  ikc_floor_connection *c = (ikc_floor_connection *)handle;
  if (c->wanted) {
    *buffer = uv_buf_init(c->held + c->held_length, c->wanted - c->held_length);
    return;
  }
  if (c->held_length) memcpy(c->owner->slab, c->held, c->held_length);
  *buffer = uv_buf_init(c->owner->slab + c->held_length, IKC_FLOOR_SLAB - c->held_length);
}

/// Keeps the incomplete end of a read: a few bytes as they are, a frame longer
/// than the slab in memory of the frame's size.
static inline int ikc_floor__hold(ikc_floor_connection *c, const char *at, const char *end) {
  const char *body;
  size_t length, rest = (size_t)(end - at), wanted = 0;
  if (ikc_floor_header(at, end, &body, &length) > 0 && (size_t)(body - at) + length > IKC_FLOOR_SLAB)
    wanted = (size_t)(body - at) + length;
  if (wanted > UINT32_MAX) return UV_E2BIG;
  c->held_length = (uint32_t)rest;
  c->wanted = (uint32_t)wanted;
  if (!rest) return 0;
  c->held = (char *)malloc(wanted ? wanted : rest);
  if (!c->held) return UV_ENOMEM;
  memcpy(c->held, at, rest);
  return 0;
}

static inline void ikc_floor__read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  ikc_floor_connection *c = (ikc_floor_connection *)stream;
  (void)buffer;
  if (count == 0) return;
  if (count < 0) {
    c->owner->on_end(c, (int)count);
    return;
  }
  ikc_floor_batch batch = {0};
  if (c->wanted) {
    c->held_length += (uint32_t)count;
    if (c->held_length < c->wanted) return;
    char *whole = c->held;
    ikc_floor_scan(whole, whole + c->wanted, &batch);
    c->held = NULL;
    c->held_length = c->wanted = 0;
    c->owner->on_batch(c, &batch);
    free(whole);
    return;
  }
  const char *at = c->owner->slab, *end = at + c->held_length + (size_t)count;
  free(c->held);
  c->held = NULL;
  if (c->owner->on_lines) at += c->owner->on_lines(c, at, (size_t)(end - at));
  at = ikc_floor_scan(at, end, &batch);
  int status = batch.malformed ? UV_EPROTO : ikc_floor__hold(c, at, end);
  if (batch.frames) c->owner->on_batch(c, &batch);
  if (status < 0 && !uv_is_closing(&c->handle.any)) c->owner->on_end(c, status);
}

static inline int ikc_floor_read_start(ikc_floor_connection *c) {
  return uv_read_start(&c->handle.stream, ikc_floor__alloc, ikc_floor__read);
}

typedef struct {
  uv_write_t request;
  char bytes[];
} ikc_floor__rest;

static inline void ikc_floor__rest_written(uv_write_t *request, int status) {
  (void)status;
  free(request);
}

/// Writes at once what fits; what doesn't is copied and queued.
static inline int ikc_floor_send(ikc_floor_connection *c, char *bytes, size_t length) {
  uv_buf_t buffer = uv_buf_init(bytes, (unsigned)length);
  int written = uv_try_write(&c->handle.stream, &buffer, 1);
  if (written == UV_EAGAIN) written = 0;
  if (written < 0) return written;
  if ((size_t)written == length) return 0;
  size_t left = length - (size_t)written;
  ikc_floor__rest *rest = (ikc_floor__rest *)malloc(sizeof *rest + left);
  if (!rest) return UV_ENOMEM;
  memcpy(rest->bytes, bytes + written, left);
  buffer = uv_buf_init(rest->bytes, (unsigned)left);
  return uv_write(&rest->request, &c->handle.stream, &buffer, 1, ikc_floor__rest_written);
}

#endif
