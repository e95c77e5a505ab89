#ifndef IKC_MEMORY_H
#define IKC_MEMORY_H

// Streams between two ends in one loop. What one end has written is handed to the other at the end of the turn, in place.

#include "ikc_input.h"
#include "ikc_output.h"

// An end that is connected to nothing yet; NULL: no memory.
static inline ikc_memory *ikc_memory_make(void) {
  ikc_memory *memory = (ikc_memory *)calloc(1, sizeof *memory);
  if (memory) memory->stream.flags = IKC_MEMORY;
  return memory;
}

static inline void ikc_memory_join(ikc_memory *left, ikc_memory *right) {
  left->peer = right;
  right->peer = left;
}

// 1: made, 0: no memory.
static inline int ikc_memory_pair(ikc_memory **left, ikc_memory **right) {
  *left = ikc_memory_make();
  *right = ikc_memory_make();
  if (!*left || !*right) {
    free(*left);
    free(*right);
    return 0;
  }
  ikc_memory_join(*left, *right);
  return 1;
}

// Feeds bytes that are not in the slab.
static inline void ikc_memory_receive(ikc_stream *stream, const uint8_t *bytes, size_t count) {
  while (count > 0 && !(stream->flags & IKC_CLOSING)) {
    if (!stream->partial) {
      ikc_stream_take(stream, bytes, count, 0);
      return;
    }
    if (!(stream->flags & IKC_READING)) {
      ikc_partial_append(stream, bytes, count);
      return;
    }
    size_t size = 0;
    uint8_t *room = ikc_stream_room(stream, &size);
    if (!room) {
      ikc_stream_reject(stream, IKC_REJECTED_NO_MEMORY, NULL, 0, 0);
      return;
    }
    size_t piece = count < size ? count : size;
    memcpy(room, bytes, piece);
    ikc_stream_received(stream, piece);
    bytes += piece;
    count -= piece;
  }
}

// Tells the stream that its peer sends no more, once it has taken all that came before.
static inline void ikc_memory_end(ikc_stream *stream) {
  if (!(stream->flags & IKC_PEER_ENDS) || stream->flags & (IKC_ENDED | IKC_CLOSING | IKC_LOOK)) return;
  if (!(stream->flags & IKC_READING)) return;
  ikc_stream_drop_partial(stream);
  stream->flags |= IKC_ENDED;
  stream->loop->calls.end(stream->owner);
}

static inline void ikc_memory_flush(ikc_stream *stream, ikc_output *output) {
  ikc_loop *loop = stream->loop;
  ikc_stream *peer = ikc_as_memory(stream)->peer ? &ikc_as_memory(stream)->peer->stream : NULL;
  // What the peer does not take yet waits here, where it counts as unsent.
  if (output->bytes.count && peer && !(peer->flags & IKC_CLOSING) &&
      (!(peer->flags & IKC_READING) || peer->flags & IKC_LOOK)) {
    if (stream->flags & (IKC_LAST | IKC_ABOVE_HIGH)) loop->calls.sent(stream->owner);
    return;
  }
  stream->output = NULL;
  if (output->bytes.count && peer) ikc_memory_receive(peer, (const uint8_t *)output->bytes.base, output->bytes.count);
  ikc_output_recycle(loop, output);
  if (!(stream->flags & IKC_CLOSING)) loop->calls.sent(stream->owner);
  if (!(stream->flags & IKC_CLOSING)) ikc_memory_end(stream);
}

static inline void ikc_memory_start(ikc_stream *stream) {
  ikc_memory *peer = ikc_as_memory(stream)->peer;
  if (peer && !(peer->stream.flags & IKC_CLOSING) && peer->stream.output) ikc_stream_mark(&peer->stream);
  if (stream->flags & IKC_PEER_ENDS) ikc_stream_mark(stream);
}

static inline void ikc_memory_tell_end(ikc_stream *stream) {
  ikc_memory *peer = ikc_as_memory(stream)->peer;
  if (!peer || peer->stream.flags & IKC_CLOSING) return;
  peer->stream.flags |= IKC_PEER_ENDS;
  ikc_stream_mark(&peer->stream);
}

static inline void ikc_memory_close(ikc_stream *stream) {
  ikc_loop *loop = stream->loop;
  ikc_memory *memory = ikc_as_memory(stream);
  ikc_memory_tell_end(stream);
  if (memory->peer) memory->peer->peer = NULL;
  memory->peer = NULL;
  memory->closing = NULL;
  *loop->closing_end = memory;
  loop->closing_end = &memory->closing;
}

#endif
