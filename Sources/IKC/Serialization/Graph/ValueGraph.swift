/// Perl data with everything that `Value` leaves out: what is one and the same and what is only equal,
/// cycles, weak references, read-only and restricted hashes, elements that do not exist.
///
/// Every Perl variable, array, hash or object is a node; references and elements name nodes by their
/// index. It is read from and written to Storable images and tagged JSON.
public struct ValueGraph: Sendable {
  /// One Perl variable, array, hash or object.
  public struct Node: Sendable {
    /// What it holds.
    public var content: Content
    /// The class that it is blessed into.
    public var className: ByteString?

    /// A node that holds `content`.
    public init(_ content: Content, className: ByteString? = nil) {
      self.content = content
      self.className = className
    }
  }

  /// What a node holds.
  public enum Content: Sendable {
    /// An undefined variable.
    case undef
    /// A boolean that was copied out of Perl's own.
    case bool(Bool)
    /// Perl's own undef (nil), true or false: not a copy, but the very variable.
    case immortal(Bool?)
    /// An integer.
    case int(Int64)
    /// An integer above `Int64.max`.
    case uint(UInt64)
    /// A floating point number.
    case double(Double)
    /// A string without the UTF-8 flag.
    case bytes(ByteString)
    /// A string with the UTF-8 flag: its octets, which need not be valid UTF-8.
    case text(ByteString)
    /// A version string: as written, and what it stands for.
    case version(literal: ByteString, octets: ByteString, isText: Bool)
    /// A reference to a node. `isOverloaded` where that is an object whose class overloads operators.
    case reference(to: Int, isWeak: Bool, isOverloaded: Bool)
    /// The elements; nil for one that does not exist.
    case array([Int?])
    /// The elements, and whether the hash is restricted to the keys that it has.
    case hash([Element], isRestricted: Bool)
    /// A regular expression.
    case regexp(pattern: ByteString, flags: ByteString)
    /// A tied variable; the node holds the reference to the object that it is tied to.
    case tied(Value.Tied.Kind, by: Int)
    /// The element of a tied hash with the key in a node.
    case tiedKey(of: Int, key: Int)
    /// The element of a tied array.
    case tiedIndex(of: Int, index: Int)
    /// An object that froze itself.
    case hook(Hook)
  }

  /// One element of a hash.
  public struct Element: Sendable {
    /// The key.
    public var key: Value.Hash.Key
    /// The node that holds the value. Of a placeholder it counts for nothing.
    public var node: Int
    /// Whether the value can't be changed.
    public var isReadOnly: Bool
    /// Whether the restricted hash could have this key and has not.
    public var isPlaceholder: Bool

    /// An element.
    public init(key: Value.Hash.Key, node: Int, isReadOnly: Bool = false, isPlaceholder: Bool = false) {
      self.key = key
      self.node = node
      self.isReadOnly = isReadOnly
      self.isPlaceholder = isPlaceholder
    }
  }

  /// What an object's own `STORABLE_freeze` made of it; the node has the class.
  public struct Hook: Sendable {
    /// What the object is underneath.
    public var kind: Value.Tied.Kind
    /// The string that the class made.
    public var frozen: ByteString
    /// The nodes that the references refer to which it returned beside the string.
    public var references: [Int]
    /// Where the object is tied, the node that holds the reference to what it is tied to.
    public var tie: Int?

    /// What a class made of an object.
    public init(kind: Value.Tied.Kind, frozen: ByteString, references: [Int] = [], tie: Int? = nil) {
      self.kind = kind
      self.frozen = frozen
      self.references = references
      self.tie = tie
    }
  }

  /// All nodes. References to indices that are not there are an error where the graph is written.
  public var nodes: [Node]

  /// The node that the value, which is a reference, refers to.
  public var root: Int

  /// A graph of these nodes.
  public init(nodes: [Node], root: Int) {
    self.nodes = nodes
    self.root = root
  }

  /// The node at `index`, which may come from anywhere.
  func node(_ index: Int) throws(IKCError) -> Node {
    guard nodes.indices.contains(index) else {
      throw IKCError(.invalidArgument, "The graph refers to node \(index) and has only \(nodes.count)")
    }
    return nodes[index]
  }
}

extension ValueGraph.Element {
  /// Of elements with the same key the last one counts.
  static func withoutRepeats(_ elements: [Self]) -> [Self] {
    if elements.count < 2 { return elements }
    var last: [Value.Hash.Key: Int] = [:]
    for (index, element) in elements.enumerated() { last[element.key] = index }
    if last.count == elements.count { return elements }
    return elements.indices.filter { last[elements[$0].key] == $0 }.map { elements[$0] }
  }
}
