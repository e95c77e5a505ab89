#ifndef IKC_FLOOR_CLIENT_H
#define IKC_FLOOR_CLIENT_H

#include "ikc_floor_stream.h"

enum {
  IKC_FLOOR_OPENING = 128,     // connections on the way at the same time
  IKC_FLOOR_PATCHES = 4,       // places of the identity in a frame
  IKC_FLOOR_INDEX_DIGITS = 8,  // of the identity, unlike for each connection
  IKC_FLOOR_LINE = 512
};

typedef struct ikc_floor_client ikc_floor_client;

/// The client's end of a connection. `started` is a ring of the times at which
/// the calls that are under way began: replies come in their order.
typedef struct {
  ikc_floor_connection base;
  uv_connect_t connect;
  uv_write_t write;
  size_t index;
  int lines;
  const char *frame;
  char *own_frame;
  char *out;
  size_t filled;
  uint64_t *started;
  uint64_t first, next;
  uint64_t left;
} ikc_floor_peer;

/// Connections to a floor server; or, with an identity, to a real kernel, with
/// which each negotiates under a kernel id of its own before it sends frames.
struct ikc_floor_client {
  ikc_floor_loop loop;
  ikc_floor_address address;
  struct sockaddr_storage target;
  uv_async_t pace;
  uv_timer_t watchdog;
  ikc_floor_peer **peers;
  size_t count, opened, ready;
  int error;

  const char *frame;
  size_t frame_length;

  /// Kernel id whose last digits are replaced by the connection's number.
  const char *identity;
  const char *freezer;
  /// Where in `frame` the identity stands.
  size_t patches[IKC_FLOOR_PATCHES];
  size_t patch_count;

  /// Called on the loop's thread when the pacer wakes it.
  void (*on_pace)(uv_async_t *);
  /// What is under way: a load, or null.
  void *load;
};

static inline void ikc_floor__client_fail(ikc_floor_client *client, int status) {
  if (!client->error) client->error = status;
  uv_stop(&client->loop.uv);
}

static inline void ikc_floor__peer_end(ikc_floor_connection *c, int status) {
  ikc_floor__client_fail((ikc_floor_client *)c->owner, status);
}

static inline void ikc_floor__watchdog(uv_timer_t *timer) {
  ikc_floor__client_fail((ikc_floor_client *)timer->data, UV_ETIMEDOUT);
}

static inline void ikc_floor__woken(uv_async_t *pace) {
  ikc_floor_client *client = (ikc_floor_client *)pace->data;
  if (client->on_pace) client->on_pace(pace);
}

/// Runs the loop until it is stopped, at most `milliseconds`.
static inline int ikc_floor__client_wait(ikc_floor_client *client, uint64_t milliseconds) {
  client->error = 0;
  uv_update_time(&client->loop.uv);
  uv_timer_start(&client->watchdog, ikc_floor__watchdog, milliseconds, 0);
  uv_run(&client->loop.uv, UV_RUN_DEFAULT);
  uv_timer_stop(&client->watchdog);
  return client->error;
}

/// Prepares a client; the address' strings, `frame` and the identity must live
/// as long as it does.
static inline int ikc_floor_client_init(
  ikc_floor_client *client, const ikc_floor_address *address, const char *frame, size_t frame_length
) {
  memset(client, 0, sizeof *client);
  client->address = *address;
  client->frame = frame;
  client->frame_length = frame_length;
  int status = address->path ? 0 : ikc_floor_sockaddr(address, &client->target);
  if (status == 0) status = ikc_floor_loop_init(&client->loop);
  if (status != 0) return status;
  client->loop.on_end = ikc_floor__peer_end;
  client->pace.data = client->watchdog.data = client;
  status = uv_async_init(&client->loop.uv, &client->pace, ikc_floor__woken);
  return status ? status : uv_timer_init(&client->loop.uv, &client->watchdog);
}

static inline ikc_floor_peer *ikc_floor__peer_make(ikc_floor_client *client, size_t index) {
  ikc_floor_peer *peer = (ikc_floor_peer *)calloc(1, sizeof *peer);
  if (!peer) return NULL;
  peer->base.owner = &client->loop;
  peer->index = index;
  peer->frame = client->frame;
  if (ikc_floor_handle_init(&client->loop, &peer->base.handle, client->address.path != NULL) == 0) return peer;
  free(peer);
  return NULL;
}

static inline void ikc_floor__peer_free(ikc_floor_peer *peer) {
  free(peer->base.held);
  free(peer->own_frame);
  free(peer->out);
  free(peer->started);
  free(peer);
}

static inline int ikc_floor__peer_connect(ikc_floor_client *client, ikc_floor_peer *peer, uv_connect_cb done) {
  if (!client->address.path)
    return uv_tcp_connect(&peer->connect, &peer->base.handle.tcp, (struct sockaddr *)&client->target, done);
  uv_pipe_connect(&peer->connect, &peer->base.handle.pipe, client->address.path, done);
  return 0;
}

static inline int ikc_floor__peer_connected(ikc_floor_client *client, ikc_floor_peer *peer) {
  if (!client->address.path) uv_tcp_nodelay(&peer->base.handle.tcp, 1);
  return ikc_floor_read_start(&peer->base);
}

/// Closes all connections and the loop.
static inline void ikc_floor_client_close(ikc_floor_client *client) {
  ikc_floor_loop_close(&client->loop);
  for (size_t i = 0; i < client->opened; i++) ikc_floor__peer_free(client->peers[i]);
  free(client->peers);
  client->peers = NULL;
  client->count = client->opened = 0;
}

#endif
