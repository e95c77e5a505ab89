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
    /// The node as `type`, where that is `Date` or `Data`.
    @inline(__always)
    static func decode<T>(
      _ type: T.Type, _ session: DecodingSession, _ index: UInt32, _ depth: UInt32, _ step: UInt32
    ) throws -> T? {
      if T.self == Date.self {
        let date = session.double(index).map { Date(timeIntervalSince1970: $0) }
        return try session.cast(date, type, index, depth, step)
      }
      if T.self == Data.self {
        let octets = try session.decode([UInt8].self, at: index, depth, step)
        return try session.cast(Data(octets), type, index, depth, step)
      }
      return nil
    }

    /// Writes `value`, where it is a `Date` or `Data`; false where it is not.
    @inline(__always)
    static func encode<T>(_ value: T, _ sink: EncodingSink, _ place: EncodingSink.Place, _ key: String) throws -> Bool {
      if T.self == Date.self {
        try sink.put(unsafeBitCast(value, to: Date.self).timeIntervalSince1970, at: place, key: key)
        return true
      }
      if T.self == Data.self {
        try unsafeBitCast(value, to: Data.self).withUnsafeBytes { try sink.put(octets: $0, at: place, key: key) }
        return true
      }
      return false
    }
  #else
    @inline(__always)
    static func decode<T>(
      _ type: T.Type, _ session: DecodingSession, _ index: UInt32, _ depth: UInt32, _ step: UInt32
    ) throws -> T? { nil }

    @inline(__always)
    static func encode<T>(_ value: T, _ sink: EncodingSink, _ place: EncodingSink.Place, _ key: String) throws -> Bool {
      false
    }
  #endif
}
