#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#elseif canImport(Foundation)
  internal import Foundation
#endif

/// `Date` and `Data` in Perl's terms.
///
/// A `Date` is a number of seconds since 1970, as Perl's `time` returns and `localtime` takes; Storable
/// keeps 15 digits of it, which is finer than 10 µs. `Data` is a byte string; an array of numbers below
/// 256 decodes as well.
enum FoundationBridging {
  #if canImport(FoundationEssentials) || canImport(Foundation)
    /// Whether the type is one of the two.
    @inline(__always)
    static func bridges<T>(_ type: T.Type) -> Bool { T.self == Date.self || T.self == Data.self }

    /// The node as a `Date` or `Data`.
    @inline(never)
    static func decode<T>(
      _ type: T.Type, _ session: DecodingSession, _ index: UInt32, _ depth: UInt32, _ step: UInt32
    ) throws -> T {
      if T.self == Date.self {
        let date = session.double(index).map { Date(timeIntervalSince1970: $0) }
        return try session.cast(date, type, index, depth, step)
      }
      let octets = try session.decode([UInt8].self, at: index, depth, step)
      return try session.cast(Data(octets), type, index, depth, step)
    }

    /// Writes a `Date` or `Data`.
    @inline(never)
    static func encode<T>(_ value: T, _ sink: EncodingSink, _ place: EncodingSink.Place, _ key: String) throws {
      if T.self == Date.self {
        return try sink.put(unsafeBitCast(value, to: Date.self).timeIntervalSince1970, at: place, key: key)
      }
      try unsafeBitCast(value, to: Data.self).withUnsafeBytes { try sink.put(octets: $0, at: place, key: key) }
    }
  #else
    @inline(__always)
    static func bridges<T>(_ type: T.Type) -> Bool { false }

    static func decode<T>(
      _ type: T.Type, _ session: DecodingSession, _ index: UInt32, _ depth: UInt32, _ step: UInt32
    ) throws -> T {
      throw session.mismatch(index, type, depth, step)
    }

    static func encode<T>(_ value: T, _ sink: EncodingSink, _ place: EncodingSink.Place, _ key: String) throws {}
  #endif
}
