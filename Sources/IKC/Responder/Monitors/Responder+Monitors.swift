internal import Logging
internal import Synchronization

// Any thread. Monitors hear of it on the serial queue, in the order in which it is told.
extension Responder {
  /// Tells monitors of a kernel, under each of its names.
  ///
  /// - Parameters:
  ///   - channel: the channel to the kernel; nil where it is about none in particular.
  ///   - names: the kernel's; those that it holds now where nil.
  /// - Returns: whether there is anyone to tell.
  @discardableResult
  func tell(_ kind: Monitor.Change.Kind, of channel: Channel?, under names: [String]? = nil) -> Bool {
    guard !monitors.isEmpty else { return false }
    let isError = if case .error = kind { true } else { false }
    let names = names ?? channel.map { channel in registry.withLock { $0.names(of: channel) } } ?? []
    let audience = monitors.audience(of: names, real: channel?.name, isError: isError)
    guard !audience.isEmpty else { return false }
    let tellAll: @Sendable () -> Void = { [self] in
      let wasTelling = isTelling
      isTelling = true
      for hearing in audience {
        hearing.monitor.hear(
          Monitor.Change(
            kind: kind, kernel: hearing.kernel, isReal: hearing.isReal, monitored: hearing.monitor.name,
            channel: channel))
      }
      isTelling = wasTelling
    }
    if queue.isCurrent { tellAll() } else { onQueue(tellAll) }
    return true
  }

  /// Tells monitors of an error, and the log where nobody is told.
  ///
  /// - Parameters:
  ///   - channel: the channel that it happened on, if it did on one.
  ///   - names: the names of the kernel there; those that it holds now where nil.
  ///   - hasReachedCaller: whether who posted or called gets the error as well: then it is told to monitors alone.
  func report(
    _ error: IKCError, during operation: Monitor.Operation, on channel: Channel? = nil, under names: [String]? = nil,
    hasReachedCaller: Bool = false
  ) {
    let failure = Monitor.Failure(operation: operation, error: error, hasReachedCaller: hasReachedCaller)
    let isHeard = tell(.error(failure), of: channel, under: names)
    guard !hasReachedCaller else { return }
    metrics.count(error)
    if isHeard { logger.debug("\(error)") } else { logger.warning("\(error)") }
  }

  /// Tells monitors that a kernel is not to be found, and returns the error for who looked for it.
  func unresolved(_ error: IKCError) -> IKCError {
    // A monitor that posts to a kernel that is not there would otherwise go on hearing of it for ever.
    if !(queue.isCurrent && isTelling) { report(error, during: .resolve, hasReachedCaller: true) }
    return error
  }

  /// Tells monitors that a subscription was accepted by the kernel at `channel`.
  func tellSubscribed(to specifier: Specifier, at channel: Channel) {
    tell(.subscribe(specifier), of: channel)
  }

  /// Tells monitors that a subscription at the kernel of `channel` has ended.
  ///
  /// - Parameter names: the kernel's; those that it holds now where nil. Needed where it has gone.
  func tellUnsubscribed(from specifier: Specifier, at channel: Channel, under names: [String]? = nil) {
    tell(.unsubscribe(specifier), of: channel, under: names)
  }
}
