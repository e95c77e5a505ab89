internal import Synchronization

// Any thread.
extension Responder {
  /// Sends a message that wants no answer. Never blocks.
  ///
  /// Throws `congested`, with nothing queued, where the channel holds more unsent bytes than its high watermark.
  @specialized(where P == String)
  @specialized(where P == Value)
  func post<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?
  ) throws(IKCError) {
    guard let place = knownPlace(for: specifier, from: session) else {
      return try postElsewhere(specifier, params, from: session)
    }
    try write(place, place.post, number: 0, params)
  }

  /// Sends one message to a place.
  @inline(__always)
  func write<P: Encodable>(
    _ place: Place, _ template: borrowing MessageTemplate, number: UInt64, _ params: P
  ) throws(IKCError) {
    let written = ShortText.lend(params) { text in
      place.unretainedChannel._withUnsafeGuaranteedRef { channel in
        channel.writeFrame(size: template.size(with: text), limit: channel.settings.highWatermark) {
          template.store(text, number: number, to: $0)
        }
      }
    }
    if written == .written { return }
    try writeAny(place, template, number: number, params)
  }

  /// The same for parameters of any kind.
  @inline(__always)
  private func writeAny<P: Encodable>(
    _ place: Place, _ template: borrowing MessageTemplate, number: UInt64, _ params: P
  ) throws(IKCError) {
    let digits = template.digits(for: params)
    do throws(IKCError) {
      let isWritten = try place.withChannel { (channel: Channel) throws(IKCError) in
        try channel.writeFrame(digits: digits, limit: channel.settings.highWatermark) {
          (writer: inout ByteWriter) throws(IKCError) in
          try writer.write(template, number: number, params)
        }
      }
      if !isWritten { throw congested(place.channel, specifier: place.specifier) }
    } catch {
      throw error.naming(peer: place.channel.name, specifier: place.specifier)
    }
  }

  /// The place for a specifier, built the first time; nil where it means all kernels.
  @inline(__always)
  func place(for specifier: Specifier, from session: SessionRecord?) throws(IKCError) -> Place? {
    if let known = knownPlace(for: specifier, from: session) { return known }
    return try makePlace(specifier, from: session)
  }

  @inline(__always)
  private func knownPlace(for specifier: Specifier, from session: SessionRecord?) -> Place? {
    let key = specifier.key
    return if let session {
      session.places.withLock { $0.find(key) }
    } else {
      places.withLock { $0.find(key) }
    }
  }

  /// Posts to somewhere that is not known, or to all kernels.
  @inline(never)
  private func postElsewhere<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?
  ) throws(IKCError) {
    let hasRoom =
      if let session { session.places.withLock { $0.hasRoom() } } else { places.withLock { $0.hasRoom() } }
    if hasRoom {
      guard let place = try makePlace(specifier, from: session) else {
        return try postToAll(specifier, params, from: session)
      }
      return try write(place, place.post, number: 0, params)
    }
    let kernel = try target(specifier)
    guard kernel != "*" else { return try postToAll(specifier, params, from: session) }
    let channel = try channel(to: kernel, for: specifier)
    try write(event: specifier.wireText, params, from: session, to: channel)
  }

  @inline(never)
  private func makePlace(_ specifier: Specifier, from session: SessionRecord?) throws(IKCError) -> Place? {
    let kernel = try target(specifier)
    guard kernel != "*" else { return nil }
    let channel = try channel(to: kernel, for: specifier)
    let place = try makePlace(specifier, channel: channel, from: session)
    if let session {
      // What a message says of its sender changes with the first publication, so nothing is kept before it.
      if session.hasPublished.load(ordering: .relaxed) {
        session.places.withLock { $0.keep(place, for: specifier.key) }
      }
    } else {
      places.withLock { $0.keep(place, for: specifier.key) }
    }
    return place
  }

  func makePlace(_ specifier: Specifier, channel: Channel, from session: SessionRecord?) throws(IKCError) -> Place {
    try Place(specifier: specifier.wireText, channel: channel, session: session, rsvp: anyRSVP)
  }

  /// The way to the kernel of that name, or to the default one.
  private func channel(to kernel: String, for specifier: Specifier) throws(IKCError) -> Channel {
    let (name, channel) = registry.withLock { registry in
      let name = kernel.isEmpty ? registry.defaultKernel ?? "" : kernel
      return (name, registry.channel(named: name))
    }
    if let channel, !channel.isClosed { return channel }
    guard !isShutDown.load(ordering: .relaxed) else {
      throw IKCError(.shutdown, "the kernel has been shut down", specifier: specifier.key)
    }
    throw unresolved(
      IKCError(
        .unknownKernel,
        name.isEmpty
          ? "the specifier names no kernel and there is no default kernel; name one, or set defaultKernel"
          : "no kernel '\(name)' is connected",
        specifier: specifier.key))
  }

  /// The kernel that a message to the specifier goes to.
  private func target(_ specifier: Specifier) throws(IKCError) -> String {
    if let kernel = try specifier.destinationKernel() { return kernel }
    throw IKCError(
      .invalidSpecifier, "a message needs a session and a state: poe://kernel/session/state", specifier: specifier.key)
  }

  private func postToAll<P: Encodable>(
    _ specifier: Specifier, _ params: P, from session: SessionRecord?
  ) throws(IKCError) {
    for place in try placesOfAll(specifier, from: session) {
      try write(place, place.post, number: 0, params)
    }
  }

  /// Every connected kernel, and this one.
  func placesOfAll(_ specifier: Specifier, from session: SessionRecord?) throws(IKCError) -> [Place] {
    _ = try target(specifier)
    let channels = registry.withLock { registry in
      registry.all + [registry.channel(named: identity.id)].compactMap { $0 }
    }
    var places: [Place] = []
    for channel in channels where !channel.isClosed {
      places.append(try makePlace(specifier, channel: channel, from: session))
    }
    return places
  }

  func congested(_ channel: Channel, specifier: String) -> IKCError {
    IKCError(
      .congested,
      "\(channel.unsentBytes) bytes wait to be sent, more than the high watermark of \(settings.highWatermark); "
        + "nothing was queued",
      peer: channel.name, specifier: specifier)
  }
}
