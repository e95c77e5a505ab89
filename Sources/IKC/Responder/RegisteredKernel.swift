/// A kernel that is connected, and the names that it can be posted to by.
public struct RegisteredKernel: Sendable {
  /// Its real name, the id; an alias where another live kernel holds that id.
  public let name: String
  /// The other names that it holds, in the order in which it announced them; its address is mostly the last.
  public let aliases: [String]
  /// The channel to it.
  public let channel: Channel
}
