import IKC

/// The frames of one post and of one call with its reply, as kernels with the
/// run's settings really exchange them.
struct WireProbe: Sendable, Codable {
  /// The body of a post to `bench/count` and the like.
  var post: [UInt8]
  /// The body of a call of `bench/echo`.
  var call: [UInt8]
  /// Octets of the body of the reply to it.
  var replyLength: Int
  /// The kernel id of the caller; it stands in the call's frame, for the reply.
  var identity: String
  /// The serializer's package name, as negotiated.
  var freezer: String

  /// Runs a server and a client once, through a relay.
  static func record(_ settings: Settings, payload: String, postTo state: String = BenchSession.count) async throws
    -> WireProbe
  {
    var settings = settings
    settings.connect = nil
    settings.loops = 1
    let server = try Server.start(.kernel, settings)
    defer { server.stop() }
    let relay = try Relay(to: server.address)
    let client = try await Client.connect(to: relay.address, settings)
    do {
      let probe = try await record(client, relay, payload: payload, postTo: state)
      await client.kernel.shutdown()
      return probe
    } catch {
      await client.kernel.shutdown()
      throw error
    }
  }

  private static func record(_ client: Client, _ relay: Relay, payload: String, postTo state: String) async throws
    -> WireProbe
  {
    // The first answer is a frame: all that comes after it is frames too.
    _ = try await client.kernel.ping(client.channel.name)
    let before = relay.recorded
    try client.kernel.post(try client.specifier(state), payload)
    _ = try await client.kernel.call(try client.specifier(BenchSession.echo), payload, as: String.self)
    let after = relay.recorded
    let sent = Frames.bodies(of: Array(after.toServer.dropFirst(before.toServer.count)))
    let received = Frames.bodies(of: Array(after.toClient.dropFirst(before.toClient.count)))
    guard sent.count == 2, received.count == 1 else {
      throw Failure("expected the frames of a post, a call and its reply, but saw \(sent.count) and \(received.count)")
    }
    return WireProbe(
      post: sent[0], call: sent[1], replyLength: received[0].count, identity: client.kernel.id,
      freezer: client.channel.serializer)
  }

  var postSizes: WireSizes { WireSizes(request: post.count, reply: 0) }
  var callSizes: WireSizes { WireSizes(request: call.count, reply: replyLength) }
}
