#ifndef IKC_OUTPUT_H
#define IKC_OUTPUT_H

// What is written in a turn of the loop is collected, and leaves at its end.

#include "ikc_stream.h"

static inline void ikc_output_recycle(ikc_loop *loop, ikc_output *output) {
  output->stream = NULL;
  output->bytes.count = 0;
  size_t capacity = output->bytes.capacity;
  if (capacity > IKC_KEPT_BUFFER || loop->pool_bytes + capacity > IKC_KEPT_BYTES) {
    loop->calls.release(output->bytes.base);
    memset(&output->bytes, 0, sizeof output->bytes);
    capacity = 0;
  }
  if (loop->pool_count == IKC_KEPT_OUTPUTS) {
    if (output->bytes.base) loop->calls.release(output->bytes.base);
    free(output);
    return;
  }
  output->next = loop->pool;
  loop->pool = output;
  loop->pool_count++;
  loop->pool_bytes += capacity;
}

static inline void ikc_output_queue(ikc_loop *loop, ikc_output *output) {
  if (output->queued) return;
  output->queued = 1;
  output->next = NULL;
  *loop->dirty_end = output;
  loop->dirty_end = &output->next;
  loop->dirty_count++;
}

// Where to append what the stream is to send; NULL where memory ran out. The stream is not closing.
static inline ikc_output *ikc_stream_output(ikc_stream *stream) {
  ikc_output *output = stream->output;
  if (output) return output;
  ikc_loop *loop = stream->loop;
  output = loop->pool;
  if (output) {
    loop->pool = output->next;
    loop->pool_count--;
    loop->pool_bytes -= output->bytes.capacity;
  } else {
    output = (ikc_output *)malloc(sizeof *output);
    if (!output) return NULL;
    memset(&output->bytes, 0, sizeof output->bytes);
    output->queued = 0;
  }
  output->stream = stream;
  stream->output = output;
  if (!(stream->flags & IKC_FLYING)) ikc_output_queue(loop, output);
  return output;
}

// Has the loop look at the stream at the end of this turn, or in the next.
static inline void ikc_stream_mark(ikc_stream *stream) {
  ikc_output *output = ikc_stream_output(stream);
  if (output) ikc_output_queue(stream->loop, output);
}

static inline size_t ikc_stream_unsent(ikc_stream *stream) {
  size_t unsent = stream->output ? stream->output->bytes.count : 0;
  if (!(stream->flags & IKC_MEMORY) && (stream->flags & IKC_FLYING)) {
    unsent += uv_stream_get_write_queue_size(&ikc_as_socket(stream)->uv.stream);
  }
  return unsent;
}

static inline void ikc_stream_note_high(ikc_stream *stream, size_t unsent) {
  if (unsent > stream->limits->high) stream->flags |= IKC_ABOVE_HIGH;
}

// Lets go of what was not sent.
static inline void ikc_stream_drop_output(ikc_stream *stream) {
  ikc_output *output = stream->output;
  if (!output) return;
  stream->output = NULL;
  output->stream = NULL;
  output->bytes.count = 0;
  if (!output->queued) ikc_output_recycle(stream->loop, output);
}

#endif
