/// The subscriptions of this kernel: those that wait for receipts, and those that were accepted, by channel.
struct SubscriptionTable {
  private var pending: [UInt64: PendingSubscription] = [:]
  private var proxies: [ObjectIdentifier: [ObjectIdentifier: Proxy]] = [:]
  private var last: UInt64 = 0

  /// All proxies that have not ended.
  var active: [Proxy] { proxies.values.flatMap(\.values) }

  /// All that wait for receipts.
  var waiting: [PendingSubscription] { Array(pending.values) }

  /// The number of the next request: receipts are told apart by it.
  mutating func takeNumber() -> UInt64 {
    last += 1
    return last
  }

  mutating func insert(_ subscription: PendingSubscription) { pending[subscription.number] = subscription }

  mutating func remove(_ subscription: PendingSubscription) { pending[subscription.number] = nil }

  mutating func insert(_ proxy: Proxy) {
    proxies[ObjectIdentifier(proxy.channel), default: [:]][ObjectIdentifier(proxy)] = proxy
  }

  /// Takes a proxy out; false where it is not there.
  mutating func remove(_ proxy: Proxy) -> Bool {
    let channel = ObjectIdentifier(proxy.channel)
    guard proxies[channel]?.removeValue(forKey: ObjectIdentifier(proxy)) != nil else { return false }
    if proxies[channel]?.isEmpty == true { proxies[channel] = nil }
    return true
  }

  /// Takes out the proxies of a kernel that has gone.
  mutating func removeAll(at channel: Channel) -> [Proxy] {
    guard !proxies.isEmpty else { return [] }
    return proxies.removeValue(forKey: ObjectIdentifier(channel)).map { Array($0.values) } ?? []
  }
}
