#ifndef IKC_FLOOR_OPEN_H
#define IKC_FLOOR_OPEN_H

#include "ikc_floor_client.h"

static inline void ikc_floor__open_more(ikc_floor_client *client);

static inline void ikc_floor__opened_one(ikc_floor_client *client) {
  client->ready += 1;
  if (client->ready == client->count) uv_stop(&client->loop.uv);
  else ikc_floor__open_more(client);
}

static inline void ikc_floor__identity(const ikc_floor_client *client, size_t index, char *out) {
  char digits[24];
  size_t length = strlen(client->identity);
  snprintf(digits, sizeof digits, "%0*zu", IKC_FLOOR_INDEX_DIGITS, index % 100000000);
  memcpy(out, client->identity, length);
  memcpy(out + length - IKC_FLOOR_INDEX_DIGITS, digits, IKC_FLOOR_INDEX_DIGITS);
}

/// The peer's own copy of the frame, with its own identity in it.
static inline int ikc_floor__peer_patch(ikc_floor_client *client, ikc_floor_peer *peer) {
  if (!client->patch_count) return 0;
  peer->own_frame = (char *)malloc(client->frame_length);
  if (!peer->own_frame) return UV_ENOMEM;
  memcpy(peer->own_frame, client->frame, client->frame_length);
  for (size_t i = 0; i < client->patch_count; i++)
    ikc_floor__identity(client, peer->index, peer->own_frame + client->patches[i]);
  peer->frame = peer->own_frame;
  return 0;
}

/// The client's half of both negotiations: what to answer to a line.
static inline int ikc_floor__answer(
  const ikc_floor_client *client, ikc_floor_peer *peer, const char *line, size_t length, char *out
) {
  char id[IKC_FLOOR_LINE / 2] = {0};
  ikc_floor__identity(client, peer->index, id);
  enum { SETUP, NAMES, NAMED, FREEZER };
  switch (length > 0 ? line[0] : '\0') {
    case 'N':  // NOT: the server speaks the classic protocol only
      if (peer->lines != 1 + SETUP) return -1;
      peer->lines = 1 + NAMES;
      return snprintf(out, IKC_FLOOR_LINE, "HELLO\r\n");
    case 'I':  // IAM
      return snprintf(out, IKC_FLOOR_LINE, "OK\r\n");
    case 'D':  // DONE
      peer->lines = 1 + NAMED;
      return snprintf(out, IKC_FLOOR_LINE, "IAM %s\r\n", id);
    case 'O':  // OK
      if (peer->lines == 1 + FREEZER) return snprintf(out, IKC_FLOOR_LINE, "WORLD\r\n");
      peer->lines = 1 + FREEZER;
      return snprintf(out, IKC_FLOOR_LINE, "DONE\r\nFREEZER %s\r\n", client->freezer);
    case 'S':  // SETUP
    case 'U':  // UP
      peer->lines = 0;
      return 0;
    default:
      return -1;
  }
}

/// Takes the complete lines at `bytes` until frames begin. Lines never come in
/// parts here: a server writes each at once and waits for the answer.
static inline size_t ikc_floor__dialogue(ikc_floor_connection *c, const char *bytes, size_t length) {
  ikc_floor_client *client = (ikc_floor_client *)c->owner;
  ikc_floor_peer *peer = (ikc_floor_peer *)c;
  const char *at = bytes, *end = bytes + length;
  char out[IKC_FLOOR_LINE];
  while (peer->lines && at < end) {
    const char *line = at;
    while (at < end && *at != '\r' && *at != '\n') at++;
    size_t line_length = (size_t)(at - line);
    while (at < end && (*at == '\r' || *at == '\n')) at++;
    int answer = ikc_floor__answer(client, peer, line, line_length, out);
    if (answer > 0) answer = ikc_floor_send(c, out, (size_t)answer);
    if (answer < 0) {
      ikc_floor__client_fail(client, UV_EPROTO);
      return length;
    }
    if (!peer->lines) ikc_floor__opened_one(client);
  }
  return (size_t)(at - bytes);
}

static inline void ikc_floor__open_connected(uv_connect_t *request, int status) {
  ikc_floor_peer *peer = (ikc_floor_peer *)request->handle;
  ikc_floor_client *client = (ikc_floor_client *)peer->base.owner;
  if (status == 0) status = ikc_floor__peer_connected(client, peer);
  if (status == 0 && client->identity) {
    char line[IKC_FLOOR_LINE], id[IKC_FLOOR_LINE / 2] = {0};
    ikc_floor__identity(client, peer->index, id);
    int length = snprintf(line, sizeof line, "SETUP KERNEL=%s;FREEZER=%s;PID=1\r\n", id, client->freezer);
    peer->lines = 1;
    status = ikc_floor_send(&peer->base, line, (size_t)length);
  }
  if (status < 0) ikc_floor__client_fail(client, status);
  else if (!client->identity) ikc_floor__opened_one(client);
}

static inline void ikc_floor__open_more(ikc_floor_client *client) {
  while (client->opened < client->count && client->opened - client->ready < IKC_FLOOR_OPENING) {
    ikc_floor_peer *peer = ikc_floor__peer_make(client, client->opened);
    int status = peer ? 0 : UV_ENOMEM;
    if (peer) {
      client->peers[client->opened++] = peer;
      status = ikc_floor__peer_connect(client, peer, ikc_floor__open_connected);
    }
    if (status < 0) {
      ikc_floor__client_fail(client, status);
      return;
    }
  }
}

/// Takes a frame that nobody waits for.
static inline void ikc_floor__ignore(ikc_floor_connection *c, const ikc_floor_batch *batch) {
  (void)c;
  (void)batch;
}

/// Opens connections until there are `count`, negotiated where the client has
/// an identity. 0, or an error of libuv.
static inline int ikc_floor_client_open(ikc_floor_client *client, size_t count) {
  if (client->identity) {
    size_t length = strlen(client->identity);
    if (length < IKC_FLOOR_INDEX_DIGITS || length > 200) return UV_EINVAL;
  }
  ikc_floor_peer **peers = (ikc_floor_peer **)realloc(client->peers, count * sizeof *peers);
  if (!peers) return UV_ENOMEM;
  client->peers = peers;
  if (count <= client->count) return 0;
  client->count = count;
  client->loop.on_lines = client->identity ? ikc_floor__dialogue : NULL;
  client->loop.on_batch = ikc_floor__ignore;
  ikc_floor__open_more(client);
  return client->error ? client->error : ikc_floor__client_wait(client, 60000);
}

#endif
