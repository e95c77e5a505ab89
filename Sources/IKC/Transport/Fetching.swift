import CUV

/// Asks the processor for memory that will be needed soon, without waiting for it: with very many connections hardly any of it is
/// in the caches. What does not exist is not fetched.
enum Fetching {
  /// The first 128 bytes of an object.
  @inline(__always)
  static func object(_ object: Unmanaged<some AnyObject>) { ikc_fetch(object.toOpaque()) }

  /// The bytes of a text that is too long to stand in the string itself.
  @inline(__always)
  static func text(_ text: inout String) { ikc_fetch(text.storage) }

  /// The memory at that distance from an object.
  @inline(__always)
  static func memory(at distance: Distance, from object: Unmanaged<some AnyObject>) {
    if distance.isKnown { ikc_fetch(object.toOpaque() + distance.bytes) }
  }

  /// 128 bytes of memory.
  @inline(__always)
  static func memory(_ memory: UnsafeRawPointer) { ikc_fetch(memory) }
}

/// How far something in memory is from an object, in half the room of an address.
struct Distance {
  /// In steps of 16 bytes, in which memory is allocated; 0: too far, or unknown.
  private let steps: Int32

  /// Unknown.
  init() { steps = 0 }

  init(from object: AnyObject, to memory: UnsafeRawPointer?) {
    let own = UnsafeRawPointer(Unmanaged.passUnretained(object).toOpaque())
    steps = memory.map { Int32(exactly: ($0 - own) >> 4) ?? 0 } ?? 0
  }

  /// - Parameter text: where it stands in the string itself, the distance is unknown.
  init(from object: AnyObject, to text: String) {
    var text = text
    self.init(from: object, to: text.storage)
  }

  @inline(__always)
  fileprivate var isKnown: Bool { steps != 0 }

  @inline(__always)
  fileprivate var bytes: Int { Int(steps) << 4 }
}

extension String {
  /// Where the bytes of a text are that is too long to stand in the string itself.
  @inline(__always)
  fileprivate var storage: UnsafeRawPointer? {
    mutating get {
      // The second word has the place, below some flags. To ask the string itself would count a reference, in that very memory.
      let word = withUnsafeBytes(of: &self) { $0.load(fromByteOffset: MemoryLayout<UInt>.size, as: UInt.self) }
      return UnsafeRawPointer(bitPattern: word & 0x00ff_ffff_ffff_ffff)
    }
  }
}
