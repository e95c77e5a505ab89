#ifndef IKC_INPUT_H
#define IKC_INPUT_H

// Takes received bytes apart and keeps what is not complete.

#include "ikc_stream.h"

static inline void ikc_partial_free(ikc_loop *loop, ikc_partial *partial) {
  if (!partial) return;
  if (!loop->spare && partial->capacity > IKC_SLAB_SIZE && partial->capacity <= IKC_KEPT_PARTIAL) {
    loop->spare = partial;
  } else {
    free(partial);
  }
}

static inline void ikc_stream_drop_partial(ikc_stream *stream) {
  ikc_partial_free(stream->loop, stream->partial);
  stream->partial = NULL;
}

static inline void ikc_stream_reject(ikc_stream *stream, ikc_rejection reason, const uint8_t *bytes, size_t count,
                                     uint64_t length) {
  stream->mode = IKC_STOP;
  stream->loop->calls.rejected(stream->owner, reason, bytes, count, length);
}

// Makes room for `extra` more bytes, growing no further than `needed`. 0: no memory.
static inline int ikc_partial_grow(ikc_stream *stream, size_t extra) {
  ikc_partial *partial = stream->partial;
  if (partial->capacity - partial->count >= extra) return 1;
  size_t size = partial->count + extra;
  if (size < partial->capacity * 2) size = partial->capacity * 2;
  if (partial->needed > partial->count + extra && size > partial->needed) size = partial->needed;
  ikc_partial *larger = (ikc_partial *)realloc(partial, sizeof *partial + size);
  if (!larger) return 0;
  larger->capacity = size;
  stream->partial = larger;
  return 1;
}

static inline void ikc_partial_append(ikc_stream *stream, const uint8_t *bytes, size_t count) {
  if (!ikc_partial_grow(stream, count)) {
    ikc_stream_reject(stream, IKC_REJECTED_NO_MEMORY, NULL, 0, 0);
    return;
  }
  memcpy(stream->partial->bytes + stream->partial->count, bytes, count);
  stream->partial->count += count;
}

// Keeps a copy of what could not be taken yet.
static inline void ikc_stream_keep(ikc_stream *stream, const uint8_t *bytes, size_t count, size_t needed) {
  ikc_partial *partial = NULL;
  stream->flags = (uint16_t)(needed > IKC_SLAB_SIZE ? stream->flags | IKC_LONG : stream->flags & ~IKC_LONG);
  if (needed > IKC_SLAB_SIZE && stream->loop->spare && stream->loop->spare->capacity >= count) {
    partial = stream->loop->spare;
    stream->loop->spare = NULL;
  } else {
    partial = (ikc_partial *)malloc(sizeof *partial + count);
    if (!partial) {
      ikc_stream_reject(stream, IKC_REJECTED_NO_MEMORY, NULL, 0, 0);
      return;
    }
    partial->capacity = count;
  }
  partial->count = count;
  partial->needed = needed;
  memcpy(partial->bytes, bytes, count);
  stream->partial = partial;
}

// Hands over the lines and frames in `bytes`; the first `scanned` bytes are known to hold no line's end. There is no partial.
static inline void ikc_stream_take(ikc_stream *stream, const uint8_t *bytes, size_t count, size_t scanned) {
  ikc_loop *loop = stream->loop;
  size_t at = 0, needed = 0;
  while (at < count) {
    if (stream->flags & IKC_CLOSING || stream->mode == IKC_STOP) return;
    if (!(stream->flags & IKC_READING)) break;
    if (stream->partner) {
      at += ikc_lines_skip(bytes + at, stream->partner);
      stream->partner = 0;
      continue;
    }
    const uint8_t *rest = bytes + at;
    size_t left = count - at;
    if (stream->mode == IKC_LINES) {
      ikc_line line;
      int found = ikc_lines_next(rest, left, scanned, &line);
      if ((found ? line.length : left) > stream->limits->line) {
        ikc_stream_reject(stream, IKC_REJECTED_LINE_TOO_LONG, rest, left, 0);
        return;
      }
      if (!found) {
        needed = left + 1;
        break;
      }
      scanned = 0;
      at += line.consumed;
      stream->partner = line.partner;
      uint8_t mode = loop->calls.line(stream->owner, rest, line.length);
      if (stream->mode == IKC_LINES) stream->mode = mode;
    } else {
      ikc_frames_scan scan;
      ikc_frames_find(rest, left, stream->limits->frame, loop->frames, IKC_BATCH, &scan);
      at += scan.consumed;
      if (scan.found) loop->calls.frames(stream->owner, loop->frames, scan.found, scan.octets);
      if (stream->flags & IKC_CLOSING || stream->mode == IKC_STOP) return;
      if (scan.status != IKC_FRAMES_OK) {
        ikc_stream_reject(stream,
                          scan.status == IKC_FRAMES_BAD ? IKC_REJECTED_BAD_FRAME : IKC_REJECTED_FRAME_TOO_LONG,
                          bytes + at, count - at, scan.length);
        return;
      }
      if (scan.found < IKC_BATCH) {
        needed = scan.needed ? scan.needed : count - at + 1;
        break;
      }
    }
  }
  if (at == count) return;
  int paused = !(stream->flags & IKC_READING);
  if (paused) stream->flags |= IKC_LOOK;
  ikc_stream_keep(stream, bytes + at, count - at, paused ? 0 : needed);
}

// Takes what the partial holds, where that is worth while.
static inline void ikc_stream_take_partial(ikc_stream *stream) {
  ikc_partial *partial = stream->partial;
  stream->partial = NULL;
  ikc_stream_take(stream, partial->bytes, partial->count, 0);
  ikc_partial_free(stream->loop, partial);
}

// Where the next bytes are to be stored.
static inline uint8_t *ikc_stream_room(ikc_stream *stream, size_t *size) {
  ikc_loop *loop = stream->loop;
  ikc_partial *partial = stream->partial;
  if (!partial || stream->mode == IKC_STOP) {
    // After a long frame the length alone: what follows it is then read to where it stays.
    *size = stream->flags & IKC_LONG && stream->mode == IKC_FRAMES ? IKC_HEADER : IKC_SLAB_SIZE;
    return loop->slab;
  }
  if (partial->needed <= IKC_SLAB_SIZE) {
    *size = IKC_SLAB_SIZE - partial->count;
    return loop->slab + partial->count;
  }
  // A frame longer than the slab: straight to its end, in steps that double.
  if (partial->count == partial->capacity && !ikc_partial_grow(stream, 1)) {
    *size = 0;
    return NULL;
  }
  partial = stream->partial;
  size_t end = partial->capacity < partial->needed ? partial->capacity : partial->needed;
  *size = end - partial->count;
  return partial->bytes + partial->count;
}

// `count` bytes were stored at the place that ikc_stream_room named.
static inline void ikc_stream_received(ikc_stream *stream, size_t count) {
  if (stream->flags & IKC_CLOSING) return;
  ikc_loop *loop = stream->loop;
  ikc_partial *partial = stream->partial;
  if (stream->mode == IKC_STOP) {
    ikc_stream_drop_partial(stream);
    return;
  }
  if (!partial) {
    ikc_stream_take(stream, loop->slab, count, 0);
    return;
  }
  if (partial->needed > IKC_SLAB_SIZE) {
    partial->count += count;
    if (partial->count == partial->needed) ikc_stream_take_partial(stream);
    return;
  }
  size_t held = partial->count;
  uint8_t *fresh = loop->slab + held;
  if (stream->mode == IKC_FRAMES) {
    if (held + count < partial->needed) {
      ikc_partial_append(stream, fresh, count);
      return;
    }
  } else {
    ikc_line line;
    if (held + count <= stream->limits->line && !ikc_lines_next(fresh, count, 0, &line)) {
      ikc_partial_append(stream, fresh, count);
      stream->partial->needed = stream->partial->count + 1;
      return;
    }
  }
  memcpy(loop->slab, partial->bytes, held);
  ikc_stream_drop_partial(stream);
  ikc_stream_take(stream, loop->slab, held + count, stream->mode == IKC_LINES ? held : 0);
}

#endif
