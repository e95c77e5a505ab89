/// Which kernel goes by which name.
///
/// A name belongs to the first live kernel that announced it: a second one does not take it over, and the
/// second one's end does not end the first.
struct Registry: ~Copyable {
  private var names = NameTable()
  private var live = ChannelSet()
  private var local: Channel?
  private var localNames: Set<String> = []

  /// The kernel that messages without a kernel's name go to.
  private(set) var defaultKernel: String?

  /// The channel to the kernel of that name.
  func channel(named name: String) -> Channel? { names.channel(named: name) }

  /// All kernels that are registered, without the local one.
  var all: [Channel] { live.all }

  /// All kernels that hold names, without the local one, in alphabetical order.
  var kernels: [RegisteredKernel] {
    live.all.compactMap { channel in
      let names = names(of: channel)
      return names.first.map { RegisteredKernel(name: $0, aliases: Array(names.dropFirst()), channel: channel) }
    }.sorted { $0.name < $1.name }
  }

  /// How many kernels are registered, without the local one.
  var count: Int { live.count }

  /// Some of them before `position`, as `ChannelSet.some`.
  func some(before position: inout Int?) -> [Channel] { live.some(before: &position) }

  /// Whether `name` is one of this kernel's own.
  func isLocal(_ name: String) -> Bool { localNames.contains(name) }

  /// Enters this kernel itself; `names` are those of the channel.
  mutating func registerLocal(_ channel: Channel, names: [String]) {
    local = channel
    for index in names.indices { _ = self.names.insert(channel, nameAt: index) }
    localNames.formUnion(names)
  }

  /// Enters a kernel under those of its names that nobody holds, and returns the names that others hold.
  mutating func register(_ channel: Channel) -> [String] {
    live.insert(channel)
    var refused: [String] = []
    for (index, name) in channel.names.enumerated() {
      if let holder = names.insert(channel, nameAt: index), holder !== channel { refused.append(name) }
    }
    return refused
  }

  /// The names that a kernel holds, in the order in which it announced them: its id first, if it holds that.
  func names(of channel: Channel) -> [String] { channel.names.filter { names.channel(named: $0) === channel } }

  /// Removes a kernel with the names that it holds, and returns these; nil where it was not registered.
  mutating func unregister(_ channel: Channel) -> [String]? {
    guard live.remove(channel) else { return nil }
    let held = channel.names.filter { names.remove($0, of: channel) }
    for name in held {
      if defaultKernel == name { defaultKernel = nil }
    }
    return held
  }

  /// Sets the default kernel; false where no kernel has that name.
  mutating func setDefault(_ name: String) -> Bool {
    guard channel(named: name) != nil else { return false }
    defaultKernel = name
    return true
  }
}
