#ifndef IKC_FLOOR_CONNECT_H
#define IKC_FLOOR_CONNECT_H

#include "ikc_floor_load.h"

// The floor of `connect`: connect, one frame there and one back, close; over
// and over, by `load->depth` workers at the same time.

static inline void ikc_floor__worker_next(ikc_floor_client *client);

static inline void ikc_floor__worker_closed(uv_handle_t *handle) {
  ikc_floor_peer *peer = (ikc_floor_peer *)handle;
  ikc_floor_client *client = (ikc_floor_client *)peer->base.owner;
  ikc_floor__peer_free(peer);
  if (client->load) ikc_floor__worker_next(client);
}

static inline void ikc_floor__worker_connected(uv_connect_t *request, int status) {
  ikc_floor_peer *peer = (ikc_floor_peer *)request->handle;
  ikc_floor_client *client = (ikc_floor_client *)peer->base.owner;
  if (status == 0) status = ikc_floor__peer_connected(client, peer);
  if (status == 0) status = ikc_floor_send(&peer->base, (char *)peer->frame, client->frame_length);
  if (status < 0) ikc_floor__client_fail(client, status);
}

static inline void ikc_floor__worker_answered(ikc_floor_connection *c, const ikc_floor_batch *batch) {
  ikc_floor_peer *peer = (ikc_floor_peer *)c;
  ikc_floor_load *load = ikc_floor__load(peer);
  uint64_t now = uv_hrtime();
  (void)batch;
  load->operations += 1;
  if (load->sample) load->sample(load->context, now - peer->first);
  if (load->progress) load->progress(load->context, now - load->began, 1);
  uv_close(&c->handle.any, ikc_floor__worker_closed);
}

static inline void ikc_floor__worker_next(ikc_floor_client *client) {
  ikc_floor_load *load = (ikc_floor_load *)client->load;
  uint64_t now = uv_hrtime();
  if (load->issued == load->limit || ikc_floor__expired(load, now)) {
    ikc_floor__peer_done(client, load);
    return;
  }
  ikc_floor_peer *peer = ikc_floor__peer_make(client, load->issued++);
  int status = peer ? 0 : UV_ENOMEM;
  if (peer) {
    peer->first = now;
    status = ikc_floor__peer_connect(client, peer, ikc_floor__worker_connected);
  }
  if (status < 0) ikc_floor__client_fail(client, status);
}

/// Runs the load's workers over connections of their own.
static inline int ikc_floor_connect_run(ikc_floor_client *client, ikc_floor_load *load) {
  if (load->depth == 0) return UV_EINVAL;
  if (load->limit == 0) load->limit = UINT64_MAX;
  load->operations = load->issued = 0;
  load->running = load->depth;
  client->load = load;
  client->loop.on_batch = ikc_floor__worker_answered;
  load->began = uv_hrtime();
  load->deadline = load->nanoseconds ? load->began + load->nanoseconds : 0;
  for (uint32_t i = 0; i < load->depth; i++) ikc_floor__worker_next(client);
  int status = load->running ? ikc_floor__client_wait(client, load->nanoseconds / 1000000 + 60000) : 0;
  load->elapsed = uv_hrtime() - load->began;
  client->load = NULL;
  return status;
}

#endif
