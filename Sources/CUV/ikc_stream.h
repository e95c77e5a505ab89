#ifndef IKC_STREAM_H
#define IKC_STREAM_H

// What a loop and its byte streams consist of. All of it belongs to the loop's thread.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#if defined(__APPLE__)
#include <malloc/malloc.h>
#else
#include <malloc.h>
#endif

#include "ikc_frames.h"
#include "ikc_lines.h"
#include "ikc_spin.h"

#define IKC_SLAB_SIZE ((size_t)256 << 10)
#define IKC_HEADER ((size_t)16) // a frame's length and NUL, mostly
#define IKC_BATCH 1024              // frames in one call
#define IKC_READS_PER_TURN 4        // slabs that one stream may fill before others have their turn
#define IKC_TRY_WRITE ((size_t)64 << 10) // more is unlikely to go out at once
#define IKC_KEPT_BUFFER ((size_t)8 << 20)
#define IKC_KEPT_BYTES ((size_t)8 << 20)
#define IKC_KEPT_OUTPUTS 1024
#define IKC_KEPT_PARTIAL ((size_t)2 << 20)

struct ikc_stream;

// Memory that Swift allocates and, through ikc_calls.release, frees.
typedef struct ikc_bytes {
  void *base;
  size_t count;
  size_t capacity;
} ikc_bytes;

typedef struct ikc_limits {
  size_t line;
  size_t frame;
  size_t high;
  size_t low;
  void *owner;
} ikc_limits;

// What a stream has to send: exists while there is something, or while the loop is to look at the stream.
typedef struct ikc_output {
  ikc_bytes bytes;
  struct ikc_output *next;   // in the loop's list of those to flush, or in its pool
  struct ikc_stream *stream; // NULL: closed meanwhile
  int queued;
  uv_write_t request;
} ikc_output;

// The beginning of a line or frame.
typedef struct ikc_partial {
  size_t count;
  size_t capacity;
  size_t needed; // bytes in all without which looking again is no use; 0: worth looking at once
  uint8_t bytes[];
} ikc_partial;

typedef enum ikc_rejection {
  IKC_REJECTED_LINE_TOO_LONG = 1,
  IKC_REJECTED_BAD_FRAME = 2,
  IKC_REJECTED_FRAME_TOO_LONG = 3,
  IKC_REJECTED_NO_MEMORY = 4,
} ikc_rejection;

// What C tells Swift. `owner` is the stream's, in `woken` the loop's.
typedef struct ikc_calls {
  uint8_t (*line)(void *owner, const uint8_t *bytes, size_t count);
  void (*frames)(void *owner, const ikc_frame *frames, size_t count, size_t octets); // `octets`: of all of them
  void (*end)(void *owner);
  void (*sent)(void *owner);
  void (*failed)(void *owner, int status, int writing);
  void (*rejected)(void *owner, ikc_rejection reason, const uint8_t *bytes, size_t count, uint64_t length);
  void (*closed)(void *owner);
  void (*soon)(void *owner); // frames may come: whom they go to is worth fetching
  void (*release)(void *base);
  int (*may_sleep)(void *owner); // 0: work has arrived from another thread; else what arrives from now on wakes the loop
  void (*woken)(void *owner);
} ikc_calls;

enum { IKC_LINES = 0, IKC_FRAMES = 1, IKC_STOP = 2 };

enum {
  IKC_MEMORY = 1 << 0,    // kind: connected in memory, not a socket
  IKC_PIPE = 1 << 1,      // kind: a unix socket
  IKC_READING = 1 << 2,   // the user wants bytes
  IKC_ENDED = 1 << 3,     // the peer's end has been reported
  IKC_FLYING = 1 << 4,    // a uv_write is under way
  IKC_SHUTTING = 1 << 5,  // nothing is sent any more
  IKC_SHUT = 1 << 6,      // the peer has been told so
  IKC_CLOSING = 1 << 7,
  IKC_LOOK = 1 << 8,      // there are bytes to take that came before a pause
  IKC_PEER_ENDS = 1 << 9, // in memory: the peer sends no more
  IKC_FINISHING = 1 << 10,  // to be shut down once everything has been sent
  IKC_ABOVE_HIGH = 1 << 11, // the unsent bytes passed the high watermark and have not come down to the low one yet
  IKC_LINGERING = 1 << 12,  // a timer watches its end
  IKC_LAST = 1 << 13,       // to be closed when it has been flushed
  IKC_LONG = 1 << 14,       // the last frame was longer than the slab, so that the next one may be as well
};

typedef struct ikc_stream {
  struct ikc_loop *loop;
  void *owner;
  const ikc_limits *limits;
  ikc_output *output;
  ikc_partial *partial;
  struct ikc_stream *next, *previous; // all streams of the loop
  uint16_t flags;
  uint8_t mode;
  uint8_t partner; // the byte to skip should it come next
} ikc_stream;

typedef struct ikc_socket {
  ikc_stream stream;
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } uv; // allocated only as far as the kind needs
} ikc_socket;

typedef struct ikc_memory {
  ikc_stream stream;
  struct ikc_memory *peer; // NULL: closed
  struct ikc_memory *closing;
} ikc_memory;

typedef struct ikc_loop {
  uv_loop_t *uv;
  void *owner;
  ikc_calls calls;
  uint8_t *slab;
  ikc_stream *streams;
  ikc_stream *reader; // who filled the slab last in this turn, and how often
  unsigned reads;
  ikc_output *dirty, **dirty_end; // to flush at the end of the turn
  size_t dirty_count;
  ikc_output *pool;
  size_t pool_count, pool_bytes;
  ikc_partial *spare; // one large buffer, kept for the next long frame
  ikc_memory *closing, **closing_end;
  unsigned freed;
  int asks;    // `may_sleep`, each time before it waits for events
  int expects; // its own thread has brought work
  ikc_spin spin;
  uv_prepare_t prepare;
  uv_check_t check;
  uv_idle_t idle;
  uv_async_t async;
  ikc_frame frames[IKC_BATCH];
} ikc_loop;

// What the allocator set aside for `memory`; 0 for NULL.
static inline size_t ikc_allocated(void *memory) {
#if defined(__APPLE__)
  return malloc_size(memory);
#else
  return malloc_usable_size(memory);
#endif
}

// A connection's memory has been freed. glibc sets small pieces aside and joins all of them when it next looks for a large one: after
// very many connections have closed that blocks the loop, so it is brought about here after some.
static inline void ikc_loop_freed(ikc_loop *loop) {
#if defined(__GLIBC__)
  if (++loop->freed & 255) return;
  void *volatile large = malloc(4096);
  free(large);
#else
  (void)loop;
#endif
}

static inline ikc_socket *ikc_as_socket(ikc_stream *stream) { return (ikc_socket *)stream; }
static inline ikc_memory *ikc_as_memory(ikc_stream *stream) { return (ikc_memory *)stream; }

static inline void ikc_stream_link(ikc_loop *loop, ikc_stream *stream) {
  stream->loop = loop;
  stream->previous = NULL;
  stream->next = loop->streams;
  if (loop->streams) loop->streams->previous = stream;
  loop->streams = stream;
}

static inline void ikc_stream_unlink(ikc_stream *stream) {
  if (stream->previous) {
    stream->previous->next = stream->next;
  } else {
    stream->loop->streams = stream->next;
  }
  if (stream->next) stream->next->previous = stream->previous;
}

#endif
