/// Which kernel goes by which name.
///
/// A name belongs to the first live kernel that announced it: a second one does not take it over, and the
/// second one's end does not end the first.
struct Registry {
  private var channels: [String: Channel] = [:]
  private var live: [ObjectIdentifier: Channel] = [:]
  private var localNames: Set<String> = []

  /// The kernel that messages without a kernel's name go to.
  private(set) var defaultKernel: String?

  /// The channel to the kernel of that name.
  func channel(named name: String) -> Channel? { channels[name] }

  /// All kernels that are registered, without the local one.
  var all: [Channel] { Array(live.values) }

  /// How many kernels are registered, without the local one.
  var count: Int { live.count }

  /// Whether `name` is one of this kernel's own.
  func isLocal(_ name: String) -> Bool { localNames.contains(name) }

  /// Enters this kernel itself.
  mutating func registerLocal(_ channel: Channel, names: [String]) {
    for name in names {
      channels[name] = channel
      localNames.insert(name)
    }
  }

  /// Enters a kernel under those of its names that nobody holds, and returns the names that others hold.
  mutating func register(_ channel: Channel) -> [String] {
    live[ObjectIdentifier(channel)] = channel
    var refused: [String] = []
    for name in channel.names {
      if let holder = channels[name] {
        if holder !== channel { refused.append(name) }
      } else {
        channels[name] = channel
      }
    }
    return refused
  }

  /// Removes a kernel with the names that it holds; false where it was not registered.
  mutating func unregister(_ channel: Channel) -> Bool {
    guard live.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return false }
    for name in channel.names where channels[name] === channel {
      channels[name] = nil
      if defaultKernel == name { defaultKernel = nil }
    }
    return true
  }

  /// Sets the default kernel; false where no kernel has that name.
  mutating func setDefault(_ name: String) -> Bool {
    guard channels[name] != nil else { return false }
    defaultKernel = name
    return true
  }
}
