#ifndef IKC_SOCKET_H
#define IKC_SOCKET_H

// Streams over TCP and unix sockets.

#include <stddef.h>
#include <sys/socket.h>

#include "ikc_input.h"
#include "ikc_output.h"

static inline size_t ikc_socket_size(int pipe) {
  return offsetof(ikc_socket, uv) + (pipe ? sizeof(uv_pipe_t) : sizeof(uv_tcp_t));
}

// Swift copies what it reads of a union: these give the place.
static inline uv_handle_t *ikc_socket_handle(ikc_socket *socket) { return &socket->uv.handle; }
static inline uv_tcp_t *ikc_socket_tcp(ikc_socket *socket) { return &socket->uv.tcp; }
static inline uv_pipe_t *ikc_socket_pipe(ikc_socket *socket) { return &socket->uv.pipe; }

static inline void ikc_socket_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  ikc_stream *stream = (ikc_stream *)handle->data;
  ikc_loop *loop = stream->loop;
  (void)suggested;
  if (loop->reader != stream) {
    loop->reader = stream;
    loop->reads = 0;
  }
  size_t size = 0;
  uint8_t *room = loop->reads < IKC_READS_PER_TURN ? ikc_stream_room(stream, &size) : NULL;
  if (room) loop->reads++;
  buffer->base = (char *)room;
  buffer->len = size;
}

static inline void ikc_socket_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buffer) {
  ikc_stream *stream = (ikc_stream *)handle->data;
  (void)buffer;
  if (count) stream->loop->spin.active = 1;
  if (count > 0) {
    ikc_stream_received(stream, (size_t)count);
  } else if (count == 0 || stream->flags & IKC_CLOSING) {
    return;
  } else if (count == UV_ENOBUFS) {
    // It had its share of this turn: libuv comes back in the next.
    if (stream->loop->reads == IKC_READS_PER_TURN) return;
    ikc_stream_reject(stream, IKC_REJECTED_NO_MEMORY, NULL, 0, 0);
  } else if (count == UV_EOF) {
    ikc_stream_drop_partial(stream);
    stream->flags |= IKC_ENDED;
    stream->loop->calls.end(stream->owner);
  } else {
    stream->loop->calls.failed(stream->owner, (int)count, 0);
  }
}

static inline void ikc_socket_written(uv_write_t *request, int status) {
  ikc_output *output = (ikc_output *)request->data;
  ikc_stream *stream = (ikc_stream *)request->handle->data;
  ikc_loop *loop = stream->loop;
  ikc_output_recycle(loop, output);
  stream->flags &= (uint16_t)~IKC_FLYING;
  if (stream->flags & IKC_CLOSING) return;
  if (status < 0) {
    ikc_stream_drop_output(stream);
    loop->calls.failed(stream->owner, status, 1);
    return;
  }
  if (stream->output) ikc_output_queue(loop, stream->output);
  loop->calls.sent(stream->owner);
}

// Sends what the stream's output holds, in one system call where the system takes it.
static inline void ikc_socket_flush(ikc_stream *stream, ikc_output *output) {
  ikc_loop *loop = stream->loop;
  uv_stream_t *handle = &ikc_as_socket(stream)->uv.stream;
  if (stream->flags & IKC_FLYING) return;
  stream->output = NULL;
  char *base = (char *)output->bytes.base;
  size_t count = output->bytes.count, sent = 0;
  if (count == 0 || stream->flags & IKC_SHUTTING) {
    ikc_output_recycle(loop, output);
    loop->calls.sent(stream->owner);
    return;
  }
  if (count <= IKC_TRY_WRITE) {
    uv_buf_t all = uv_buf_init(base, (unsigned)count);
    int result = uv_try_write(handle, &all, 1);
    if (result < 0 && result != UV_EAGAIN) {
      ikc_output_recycle(loop, output);
      loop->calls.failed(stream->owner, result, 1);
      return;
    }
    if (result > 0) sent = (size_t)result;
  }
  if (sent == count) {
    ikc_output_recycle(loop, output);
    loop->calls.sent(stream->owner);
    return;
  }
  // A uv_buf_t's length is an unsigned int to some; four pieces fit into the request itself.
  uv_buf_t pieces[4];
  unsigned used = 0;
  while (sent < count && used < 4) {
    size_t piece = count - sent < ((size_t)1 << 30) ? count - sent : (size_t)1 << 30;
    pieces[used++] = uv_buf_init(base + sent, (unsigned)piece);
    sent += piece;
  }
  output->request.data = output;
  int result = sent < count ? UV_ENOMEM : uv_write(&output->request, handle, pieces, used, ikc_socket_written);
  if (result < 0) {
    ikc_output_recycle(loop, output);
    loop->calls.failed(stream->owner, result, 1);
    return;
  }
  stream->flags |= IKC_FLYING;
  loop->calls.sent(stream->owner);
}

static inline void ikc_socket_closed(uv_handle_t *handle) {
  ikc_stream *stream = (ikc_stream *)handle->data;
  ikc_loop *loop = stream->loop;
  ikc_stream_unlink(stream);
  loop->calls.closed(stream->owner);
  free(stream);
  ikc_loop_freed(loop);
}

// Tells the peer that no more comes. The system has all that was written: uv_shutdown, which waits for that, would take three more
// system calls and a turn of the loop. Where the connection has failed meanwhile, reading finds out.
static inline void ikc_socket_shutdown(ikc_stream *stream) {
  uv_os_fd_t descriptor;
  if (uv_fileno(&ikc_as_socket(stream)->uv.handle, &descriptor) == 0) shutdown(descriptor, SHUT_WR);
}

static inline int ikc_socket_start(ikc_stream *stream) {
  int result = uv_read_start(&ikc_as_socket(stream)->uv.stream, ikc_socket_alloc, ikc_socket_read);
  return result == UV_EALREADY ? 0 : result;
}

static inline void ikc_socket_stop(ikc_stream *stream) { uv_read_stop(&ikc_as_socket(stream)->uv.stream); }

static inline void ikc_socket_close(ikc_stream *stream) {
  uv_close(&ikc_as_socket(stream)->uv.handle, ikc_socket_closed);
}

// A socket without owner, for ikc_socket_adopt or for connecting; NULL: no memory or `*status` tells why.
static inline ikc_socket *ikc_socket_make(uv_loop_t *uv, int pipe, int *status) {
  ikc_socket *socket = (ikc_socket *)calloc(1, ikc_socket_size(pipe));
  *status = UV_ENOMEM;
  if (!socket) return NULL;
  *status = pipe ? uv_pipe_init(uv, &socket->uv.pipe, 0) : uv_tcp_init(uv, &socket->uv.tcp);
  if (*status < 0) {
    free(socket);
    return NULL;
  }
  socket->uv.handle.data = socket;
  if (pipe) socket->stream.flags = IKC_PIPE;
  return socket;
}

static inline void ikc_free(void *memory) { free(memory); }

static inline int ikc_socket_open(ikc_socket *socket, int descriptor) {
  return socket->stream.flags & IKC_PIPE ? uv_pipe_open(&socket->uv.pipe, descriptor)
                                         : uv_tcp_open(&socket->uv.tcp, descriptor);
}

#endif
