extension Value {
  /// A Perl value with more to it than content, as plain data: nothing of it is ever run.
  public indirect enum Special: Sendable, Hashable {
    /// A reference to something blessed.
    case object(Object)
    /// A reference to an object that froze itself.
    case hook(Hook)
    /// A compiled regular expression.
    case regexp(Regexp)
    /// A scalar that was written as a version, `v1.2.3`.
    case version(Version)
    /// A tied array or hash (the reference to it), or a tied scalar (the scalar itself).
    case tied(Tied)
    /// A scalar that is an element of a tied array or hash.
    case tiedElement(TiedElement)
    /// A weak reference: the same without `weak` is the strong one.
    case weak(Value)
    /// Text with the UTF-8 flag that is no valid UTF-8: surrogates, characters above 10FFFF, broken bytes.
    case malformedText(ByteString)
  }

  /// What a blessed reference refers to, and its class.
  public struct Object: Sendable, Hashable {
    /// The class's name.
    public var className: ByteString
    /// An array, a hash, a tied array or hash, or a `.reference` where the object is a scalar.
    public var content: Value
    /// Whether the class overloads operators, so that Perl loads it when it reads the object.
    public var isOverloaded: Bool

    /// An object of `className`.
    public init(className: ByteString, content: Value, isOverloaded: Bool = false) {
      self.className = className
      self.content = content
      self.isOverloaded = isOverloaded
    }
  }

  /// What `STORABLE_freeze` of an object's class made of it.
  public struct Hook: Sendable, Hashable {
    /// What the object is underneath; Perl makes an empty one before it calls `STORABLE_thaw`.
    public enum Base: Sendable, Hashable {
      /// A scalar.
      case scalar
      /// An array.
      case array
      /// A hash.
      case hash
      /// A tied scalar, array or hash, which is tied to the value.
      indirect case tied(Tied.Kind, Value)
    }

    /// The class's name.
    public var className: ByteString
    /// What the object is underneath.
    public var base: Base
    /// The string that the class made.
    public var frozen: ByteString
    /// The references that it returned beside the string.
    public var references: [Value]
    /// Whether the class overloads operators, so that Perl loads it when it reads the object.
    public var isOverloaded: Bool

    /// A frozen object of `className`.
    public init(
      className: ByteString, base: Base = .hash, frozen: ByteString, references: [Value] = [],
      isOverloaded: Bool = false
    ) {
      self.className = className
      self.base = base
      self.frozen = frozen
      self.references = references
      self.isOverloaded = isOverloaded
    }
  }

  /// A regular expression, uncompiled.
  public struct Regexp: Sendable, Hashable {
    /// What stands between the slashes.
    public var pattern: ByteString
    /// The letters behind them.
    public var flags: ByteString
    /// The class's name, `Regexp` where it was not blessed into another.
    public var className: ByteString

    /// A regular expression of Perl's own class.
    public init(pattern: ByteString, flags: ByteString = "", className: ByteString = "Regexp") {
      self.pattern = pattern
      self.flags = flags
      self.className = className
    }
  }

  /// A version string: what it stands for and how it was written.
  public struct Version: Sendable, Hashable {
    /// As written: `v1.2.3`.
    public var literal: ByteString
    /// A character for each number, `.bytes` or `.string`.
    public var value: Value

    /// The version written `literal`.
    public init(literal: ByteString, value: Value) {
      self.literal = literal
      self.value = value
    }
  }

  /// A variable whose content another object supplies.
  public struct Tied: Sendable, Hashable {
    /// What kind of variable is tied.
    public enum Kind: Sendable, Hashable {
      /// A scalar.
      case scalar
      /// An array.
      case array
      /// A hash.
      case hash
    }

    /// What kind of variable is tied.
    public var kind: Kind
    /// The object that it is tied to.
    public var object: Value

    /// A variable tied to `object`.
    public init(kind: Kind, object: Value) {
      self.kind = kind
      self.object = object
    }
  }

  /// One element of a tied array or hash.
  public struct TiedElement: Sendable, Hashable {
    /// Which element.
    public enum Selector: Sendable, Hashable {
      /// That of a hash with this key.
      case key(Value)
      /// That of an array at this index.
      case index(Int)
    }

    /// The object that the array or hash is tied to.
    public var object: Value
    /// Which element.
    public var selector: Selector

    /// The element of `object` that `selector` names.
    public init(object: Value, selector: Selector) {
      self.object = object
      self.selector = selector
    }
  }
}
