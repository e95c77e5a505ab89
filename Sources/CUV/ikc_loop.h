#ifndef IKC_LOOP_H
#define IKC_LOOP_H

// A loop's memory, the end of its turns, and what is done to streams of either kind.

#include "ikc_memory.h"
#include "ikc_socket.h"

#define IKC_CLOSES_PER_TURN 1000
#define IKC_FLUSHES_PER_TURN 4096
#define IKC_SHARE ((uint64_t)500000) // nanoseconds that either may take, where there are many

static inline void ikc_stream_start(ikc_stream *stream) {
  if (stream->flags & (IKC_READING | IKC_CLOSING)) return;
  stream->flags |= IKC_READING;
  if (stream->flags & IKC_LOOK) {
    ikc_stream_mark(stream);
  } else if (stream->flags & IKC_MEMORY) {
    ikc_memory_start(stream);
  } else if (!(stream->flags & IKC_ENDED)) {
    int result = ikc_socket_start(stream);
    if (result < 0) stream->loop->calls.failed(stream->owner, result, 0);
  }
}

static inline void ikc_stream_pause(ikc_stream *stream) {
  if (!(stream->flags & IKC_READING)) return;
  stream->flags &= (uint16_t)~IKC_READING;
  if (!(stream->flags & (IKC_MEMORY | IKC_CLOSING))) ikc_socket_stop(stream);
}

// Takes what came before a pause, then goes on reading.
static inline void ikc_stream_look(ikc_stream *stream) {
  if ((stream->flags & (IKC_LOOK | IKC_READING | IKC_CLOSING)) != (IKC_LOOK | IKC_READING)) return;
  stream->flags &= (uint16_t)~IKC_LOOK;
  if (stream->partial) ikc_stream_take_partial(stream);
  if ((stream->flags & (IKC_LOOK | IKC_READING | IKC_CLOSING)) != IKC_READING) return;
  if (stream->flags & IKC_MEMORY) {
    ikc_memory_start(stream);
  } else if (!(stream->flags & IKC_ENDED)) {
    int result = ikc_socket_start(stream);
    if (result < 0) stream->loop->calls.failed(stream->owner, result, 0);
  }
}

// Closes at once; `closed` follows in a later turn.
static inline void ikc_stream_close(ikc_stream *stream) {
  if (stream->flags & IKC_CLOSING) return;
  stream->flags |= IKC_CLOSING;
  ikc_stream_drop_output(stream);
  ikc_stream_drop_partial(stream);
  if (stream->flags & IKC_MEMORY) {
    ikc_memory_close(stream);
  } else {
    ikc_socket_close(stream);
  }
}

// Tells the peer that no more comes; all that was written has been sent.
static inline void ikc_stream_shutdown(ikc_stream *stream) {
  stream->flags |= IKC_SHUTTING | IKC_SHUT;
  if (stream->flags & IKC_MEMORY) {
    ikc_memory_tell_end(stream);
  } else {
    ikc_socket_shutdown(stream);
  }
}

static inline void ikc_loop_reap(ikc_loop *loop) {
  uint64_t began = 0;
  for (int count = 0; loop->closing && count < IKC_CLOSES_PER_TURN; count++) {
    if (count == 15) began = uv_hrtime();
    if (count > 15 && (count & 15) == 15 && uv_hrtime() - began > IKC_SHARE) break;
    ikc_memory *memory = loop->closing;
    loop->closing = memory->closing;
    if (!loop->closing) loop->closing_end = &loop->closing;
    ikc_stream_unlink(&memory->stream);
    loop->calls.closed(memory->stream.owner);
    free(memory);
    ikc_loop_freed(loop);
  }
}

// With very many streams hardly any of them is in the processor's caches. Those that are flushed next are fetched meanwhile, in
// the order in which one names the next: the stream, its peer, the peer's owner, what that owner hands on to.
enum { IKC_SCOUTS = 4, IKC_SCOUT_GAP = 3 };

static inline void ikc_fetch(const void *memory) {
  __builtin_prefetch(memory, 1);
  __builtin_prefetch((const char *)memory + 64, 1);
}

static inline void ikc_output_fetch(ikc_output *output, int step) {
  ikc_stream *stream = output->stream;
  if (!stream) return;
  if (step == 0) {
    ikc_fetch(stream);
  } else if (stream->flags & IKC_MEMORY) {
    ikc_memory *peer = ikc_as_memory(stream)->peer;
    if (!peer) return;
    if (step == 1) ikc_fetch(peer);
    if (step == 2) ikc_fetch(peer->stream.owner);
    if (step == 3) stream->loop->calls.soon(peer->stream.owner);
  } else if (step == 1) {
    ikc_fetch(stream->owner);
  }
}

typedef struct ikc_scouts {
  ikc_output *at[IKC_SCOUTS];
} ikc_scouts;

static inline void ikc_scouts_go(ikc_scouts *scouts) {
  for (int step = 0; step < IKC_SCOUTS; step++) {
    ikc_output *output = scouts->at[step];
    if (!output) continue;
    ikc_output_fetch(output, step);
    scouts->at[step] = output->next;
  }
}

// Sends the scouts ahead: each a gap before the one that follows up on what it fetched.
static inline void ikc_scouts_start(ikc_scouts *scouts, ikc_output *first) {
  for (int step = 0; step < IKC_SCOUTS; step++) scouts->at[step] = NULL;
  for (int step = 0; step < IKC_SCOUTS; step++) {
    scouts->at[step] = first;
    for (int gap = 0; gap < IKC_SCOUT_GAP; gap++) ikc_scouts_go(scouts);
  }
}

// The end of a turn: each stream that was written to sends once.
static inline void ikc_loop_flush(ikc_loop *loop) {
  loop->reader = NULL;
  size_t count = loop->dirty_count < IKC_FLUSHES_PER_TURN ? loop->dirty_count : IKC_FLUSHES_PER_TURN;
  int many = count > 2 * IKC_SCOUTS * IKC_SCOUT_GAP;
  uint64_t began = many ? uv_hrtime() : 0;
  ikc_scouts scouts;
  if (many) ikc_scouts_start(&scouts, loop->dirty);
  while (count-- > 0) {
    if (many) {
      if ((count & 31) == 0 && uv_hrtime() - began > IKC_SHARE) break;
      ikc_scouts_go(&scouts);
    }
    ikc_output *output = loop->dirty;
    ikc_stream *stream = output->stream;
    loop->dirty = output->next;
    if (!loop->dirty) loop->dirty_end = &loop->dirty;
    loop->dirty_count--;
    output->queued = 0;
    if (!stream) {
      ikc_output_recycle(loop, output);
      continue;
    }
    if (stream->flags & IKC_LOOK) ikc_stream_look(stream);
    // Its callbacks may have closed the stream, or queued it for the next turn.
    if (stream->output != output || output->queued) continue;
    ikc_stream_note_high(stream, output->bytes.count);
    if (stream->flags & IKC_MEMORY) {
      ikc_memory_flush(stream, output);
    } else {
      ikc_socket_flush(stream, output);
    }
  }
  if (loop->closing) ikc_loop_reap(loop);
}

static inline void ikc_loop_work(ikc_loop *loop) {
  loop->expects = 0;
  loop->calls.woken(loop->owner);
}

static inline void ikc_loop_checked(uv_check_t *check) {
  ikc_loop *loop = (ikc_loop *)check->data;
  // What has been brought while the loop was awake: nobody needed a system call for it.
  if (loop->asks || loop->expects) ikc_loop_work(loop);
  ikc_loop_flush(loop);
}

static inline void ikc_loop_idled(uv_idle_t *idle) { (void)idle; }

static inline int ikc_loop_spins(ikc_loop *loop) {
  ikc_spin *spin = &loop->spin;
  return spin->span && (spin->active || spin->until) && ikc_spin_goes_on(spin, uv_hrtime());
}

static inline void ikc_loop_prepared(uv_prepare_t *prepare) {
  ikc_loop *loop = (ikc_loop *)prepare->data;
  if (loop->dirty || loop->closing) ikc_loop_flush(loop);
  // What came up meanwhile has its turn next: the loop must not sleep.
  int busy = loop->dirty || loop->closing || loop->expects || ikc_loop_spins(loop) ||
             (loop->asks && !loop->calls.may_sleep(loop->owner));
  if (busy != uv_is_active((uv_handle_t *)&loop->idle)) {
    if (busy) {
      uv_idle_start(&loop->idle, ikc_loop_idled);
    } else {
      uv_idle_stop(&loop->idle);
    }
  }
}

static inline void ikc_loop_woken(uv_async_t *async) { ikc_loop_work((ikc_loop *)async->data); }

// Any thread, while the loop's handles are open.
static inline void ikc_loop_wake(ikc_loop *loop) { uv_async_send(&loop->async); }

// Has the loop look for work at the end of this turn or the next without a sleep before. On its thread.
static inline void ikc_loop_expect(ikc_loop *loop) {
  loop->expects = 1;
  // At once: whoever embeds the loop may ask how long it would sleep.
  uv_idle_start(&loop->idle, ikc_loop_idled);
}

// NULL: no memory, or `*status` tells why. `keep`: whether waiting to be woken keeps the loop running.
static inline ikc_loop *ikc_loop_make(uv_loop_t *uv, int keep, int *status) {
  *status = UV_ENOMEM;
  ikc_loop *loop = (ikc_loop *)calloc(1, sizeof *loop);
  uint8_t *slab = (uint8_t *)malloc(IKC_SLAB_SIZE);
  if (!loop || !slab || (*status = uv_async_init(uv, &loop->async, ikc_loop_woken)) < 0) {
    free(slab);
    free(loop);
    return NULL;
  }
  loop->uv = uv;
  loop->slab = slab;
  loop->dirty_end = &loop->dirty;
  loop->closing_end = &loop->closing;
  uv_prepare_init(uv, &loop->prepare);
  uv_check_init(uv, &loop->check);
  uv_idle_init(uv, &loop->idle);
  loop->async.data = loop->prepare.data = loop->check.data = loop->idle.data = loop;
  uv_prepare_start(&loop->prepare, ikc_loop_prepared);
  uv_check_start(&loop->check, ikc_loop_checked);
  uv_unref((uv_handle_t *)&loop->prepare);
  uv_unref((uv_handle_t *)&loop->check);
  if (!keep) uv_unref((uv_handle_t *)&loop->async);
  return loop;
}

// Closes the loop's own four handles; `closed` is called for each, the loop can be freed after the last.
static inline void ikc_loop_close(ikc_loop *loop, uv_close_cb closed) {
  uv_close((uv_handle_t *)&loop->prepare, closed);
  uv_close((uv_handle_t *)&loop->check, closed);
  uv_close((uv_handle_t *)&loop->idle, closed);
  uv_close((uv_handle_t *)&loop->async, closed);
}

static inline void ikc_loop_free(ikc_loop *loop) {
  while (loop->pool) {
    ikc_output *output = loop->pool;
    loop->pool = output->next;
    if (output->bytes.base) loop->calls.release(output->bytes.base);
    free(output);
  }
  free(loop->spare);
  free(loop->slab);
  free(loop);
}

#endif
