#ifndef IKC_FLOOR_LOAD_H
#define IKC_FLOOR_LOAD_H

#include "ikc_floor_open.h"
#include "ikc_floor_timer.h"

typedef enum {
  IKC_FLOOR_POST,  // as many frames as go out, the server's count at the end
  IKC_FLOOR_CALL,  // `depth` frames under way per connection
  IKC_FLOOR_RATE   // `rate` frames a second, however the replies come
} ikc_floor_kind;

/// A load over open connections and, afterwards, what came of it.
typedef struct {
  ikc_floor_kind kind;
  size_t connections;
  uint32_t depth;
  uint64_t limit;        // operations in all, 0: no limit
  uint64_t nanoseconds;  // time to start operations in, 0: no limit
  double rate;
  uint32_t sample_every;  // of how many replies one is measured
  void *context;
  void (*sample)(void *context, uint64_t nanoseconds);
  void (*progress)(void *context, uint64_t since_start, uint64_t operations);

  uint64_t operations;
  uint64_t elapsed;

  uint64_t began, deadline, issued;
  size_t running, turn;
  uint32_t ring_mask, skip;
  int paced;
} ikc_floor_load;

enum { IKC_FLOOR_RATE_RING = 1 << 16 };

static inline ikc_floor_load *ikc_floor__load(ikc_floor_peer *peer) {
  return (ikc_floor_load *)((ikc_floor_client *)peer->base.owner)->load;
}

static inline void ikc_floor__peer_done(ikc_floor_client *client, ikc_floor_load *load) {
  if (--load->running == 0) uv_stop(&client->loop.uv);
}

static inline int ikc_floor__expired(const ikc_floor_load *load, uint64_t now) {
  return load->deadline && now >= load->deadline;
}

// MARK: posts

static inline void ikc_floor__post_more(ikc_floor_peer *peer);

static inline void ikc_floor__post_written(uv_write_t *request, int status) {
  ikc_floor_peer *peer = (ikc_floor_peer *)request->handle;
  if (status < 0) ikc_floor__client_fail((ikc_floor_client *)peer->base.owner, status);
  else ikc_floor__post_more(peer);
}

/// Writes a buffer full of frames; a long frame goes out from where it lies.
static inline void ikc_floor__post_more(ikc_floor_peer *peer) {
  ikc_floor_client *client = (ikc_floor_client *)peer->base.owner;
  ikc_floor_load *load = ikc_floor__load(peer);
  size_t length = client->frame_length;
  uint64_t now = uv_hrtime(), count = 0;
  uv_buf_t buffer;
  if (peer->left == 0 || ikc_floor__expired(load, now)) {
    int status = ikc_floor_send(&peer->base, (char *)"0", 2);
    if (status < 0) ikc_floor__client_fail(client, status);
    return;
  }
  if (length > IKC_FLOOR_SLAB) {
    buffer = uv_buf_init((char *)peer->frame, (unsigned)length);
    count = 1;
  } else {
    size_t filled = 0;
    while (filled + length <= IKC_FLOOR_SLAB && count < peer->left) {
      memcpy(peer->out + filled, peer->frame, length);
      filled += length;
      count += 1;
    }
    buffer = uv_buf_init(peer->out, (unsigned)filled);
  }
  peer->left -= count;
  if (load->progress) load->progress(load->context, now - load->began, count);
  int status = uv_write(&peer->write, &peer->base.handle.stream, &buffer, 1, ikc_floor__post_written);
  if (status < 0) ikc_floor__client_fail(client, status);
}

static inline void ikc_floor__post_acknowledged(ikc_floor_connection *c, const ikc_floor_batch *batch) {
  ikc_floor_peer *peer = (ikc_floor_peer *)c;
  ikc_floor_load *load = ikc_floor__load(peer);
  uint64_t count = 0;
  for (size_t i = 0; i < batch->last_length; i++) count = count * 10 + (uint64_t)(batch->last[i] - '0');
  load->operations += count;
  ikc_floor__peer_done((ikc_floor_client *)c->owner, load);
}

// MARK: calls

static inline int ikc_floor__flush(ikc_floor_peer *peer) {
  size_t filled = peer->filled;
  peer->filled = 0;
  return filled ? ikc_floor_send(&peer->base, peer->out, filled) : 0;
}

/// Puts one frame into the peer's out buffer; `started` is what its latency
/// will be measured from.
static inline int ikc_floor__call(ikc_floor_client *client, ikc_floor_peer *peer, uint64_t started) {
  size_t length = client->frame_length;
  int status = 0;
  if (peer->filled + length > IKC_FLOOR_SLAB) status = ikc_floor__flush(peer);
  memcpy(peer->out + peer->filled, peer->frame, length);
  peer->filled += length;
  peer->started[peer->next++ & ikc_floor__load(peer)->ring_mask] = started;
  return status;
}

static inline void ikc_floor__call_many(ikc_floor_client *client, ikc_floor_peer *peer, uint64_t count, uint64_t now) {
  int status = 0;
  if (count > peer->left) count = peer->left;
  peer->left -= count;
  while (count-- && status == 0) status = ikc_floor__call(client, peer, now);
  if (status == 0) status = ikc_floor__flush(peer);
  if (status < 0) ikc_floor__client_fail(client, status);
}

static inline void ikc_floor__answered(ikc_floor_peer *peer, ikc_floor_load *load, uint64_t count, uint64_t now) {
  load->operations += count;
  if (load->progress) load->progress(load->context, now - load->began, count);
  while (count-- && peer->first < peer->next) {
    uint64_t started = peer->started[peer->first++ & load->ring_mask];
    if (load->skip-- > 1) continue;
    load->skip = load->sample_every;
    if (load->sample) load->sample(load->context, now - started);
  }
}

static inline void ikc_floor__call_batch(ikc_floor_connection *c, const ikc_floor_batch *batch) {
  ikc_floor_peer *peer = (ikc_floor_peer *)c;
  ikc_floor_client *client = (ikc_floor_client *)c->owner;
  ikc_floor_load *load = ikc_floor__load(peer);
  uint64_t now = uv_hrtime();
  ikc_floor__answered(peer, load, batch->frames, now);
  if (!ikc_floor__expired(load, now)) ikc_floor__call_many(client, peer, batch->frames, now);
  if (peer->first == peer->next) ikc_floor__peer_done(client, load);
}

// MARK: an open loop

/// Wakes the loop when calls are due: its own timers count milliseconds.
static inline void ikc_floor__pace(void *argument) {
  ikc_floor_client *client = (ikc_floor_client *)argument;
  ikc_floor_load *load = (ikc_floor_load *)client->load;
  ikc_floor_fine_timer();
  while (__atomic_load_n(&load->paced, __ATOMIC_ACQUIRE)) {
    uint64_t now = uv_hrtime();
    uint64_t due = (uint64_t)((double)(now - load->began) * load->rate * 1e-9) + 1;
    uint64_t next = load->began + (uint64_t)((double)due / load->rate * 1e9);
    uv_async_send(&client->pace);
    ikc_floor_sleep(next > now ? next - now : 0);
  }
}

static inline void ikc_floor__rate_turn(uv_async_t *pace) {
  ikc_floor_client *client = (ikc_floor_client *)pace->data;
  ikc_floor_load *load = (ikc_floor_load *)client->load;
  uint64_t now = uv_hrtime();
  if (!load || !load->paced) return;
  if (ikc_floor__expired(load, now) || load->issued == load->limit) {
    __atomic_store_n(&load->paced, 0, __ATOMIC_RELEASE);
    if (load->operations == load->issued) uv_stop(&client->loop.uv);
    return;
  }
  uint64_t due = (uint64_t)((double)(now - load->began) * load->rate * 1e-9) + 1;
  int status = 0;
  if (due > load->limit) due = load->limit;
  while (load->issued < due && status == 0) {
    ikc_floor_peer *peer = client->peers[load->issued % load->connections];
    if (peer->next - peer->first > load->ring_mask) break;
    uint64_t planned = load->began + (uint64_t)((double)load->issued / load->rate * 1e9);
    status = ikc_floor__call(client, peer, planned);
    load->issued += 1;
  }
  for (size_t i = 0; i < load->connections && status == 0; i++) status = ikc_floor__flush(client->peers[i]);
  if (status < 0) ikc_floor__client_fail(client, status);
}

static inline void ikc_floor__rate_batch(ikc_floor_connection *c, const ikc_floor_batch *batch) {
  ikc_floor_peer *peer = (ikc_floor_peer *)c;
  ikc_floor_client *client = (ikc_floor_client *)c->owner;
  ikc_floor_load *load = ikc_floor__load(peer);
  ikc_floor__answered(peer, load, batch->frames, uv_hrtime());
  if (!load->paced && load->operations == load->issued) uv_stop(&client->loop.uv);
}

// MARK: running

static inline int ikc_floor__load_prepare(ikc_floor_client *client, ikc_floor_load *load) {
  size_t wanted = load->kind == IKC_FLOOR_RATE ? IKC_FLOOR_RATE_RING : load->depth, ring = 1;
  if (load->connections == 0 || load->connections > client->count || wanted == 0) return UV_EINVAL;
  if (load->kind != IKC_FLOOR_POST && client->frame_length > IKC_FLOOR_SLAB) return UV_E2BIG;
  while (ring < wanted) ring *= 2;
  load->ring_mask = (uint32_t)ring - 1;
  if (load->limit == 0) load->limit = UINT64_MAX;
  for (size_t i = 0; i < load->connections; i++) {
    ikc_floor_peer *peer = client->peers[i];
    if (!peer->out) peer->out = (char *)malloc(IKC_FLOOR_SLAB);
    uint64_t *started = (uint64_t *)realloc(peer->started, ring * sizeof *started);
    if (started) peer->started = started;
    if (!peer->out || !started) return UV_ENOMEM;
    if (!peer->own_frame && ikc_floor__peer_patch(client, peer) != 0) return UV_ENOMEM;
    peer->filled = peer->first = peer->next = 0;
    peer->left = load->limit / load->connections + (i < load->limit % load->connections);
  }
  load->operations = load->issued = 0;
  load->running = load->connections;
  load->skip = load->sample_every;
  return 0;
}

/// Runs the load over the first `connections` of the client's open
/// connections; returns when all is answered. 0, or an error of libuv.
static inline int ikc_floor_load_run(ikc_floor_client *client, ikc_floor_load *load) {
  int status = ikc_floor__load_prepare(client, load);
  if (status != 0) return status;
  client->load = load;
  client->loop.on_batch = load->kind == IKC_FLOOR_POST ? ikc_floor__post_acknowledged
    : load->kind == IKC_FLOOR_CALL                     ? ikc_floor__call_batch
                                                       : ikc_floor__rate_batch;
  load->began = uv_hrtime();
  load->deadline = load->nanoseconds ? load->began + load->nanoseconds : 0;
  uv_thread_t pacer;
  load->paced = load->kind == IKC_FLOOR_RATE;
  if (load->paced) {
    if (load->rate <= 0) return UV_EINVAL;
    client->on_pace = ikc_floor__rate_turn;
    status = uv_thread_create(&pacer, ikc_floor__pace, client);
    if (status != 0) return status;
  }
  for (size_t i = 0; i < load->connections; i++) {
    if (load->kind == IKC_FLOOR_POST) ikc_floor__post_more(client->peers[i]);
    if (load->kind == IKC_FLOOR_CALL && client->peers[i]->left)
      ikc_floor__call_many(client, client->peers[i], load->depth, load->began);
    else if (load->kind == IKC_FLOOR_CALL) load->running -= 1;
  }
  status = ikc_floor__client_wait(client, load->nanoseconds / 1000000 + 60000);
  load->elapsed = uv_hrtime() - load->began;
  if (load->kind == IKC_FLOOR_RATE) {
    __atomic_store_n(&load->paced, 0, __ATOMIC_RELEASE);
    uv_thread_join(&pacer);
  }
  client->loop.on_batch = ikc_floor__ignore;
  client->load = NULL;
  return status;
}

#endif
