#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#elseif canImport(Foundation)
  internal import Foundation
#endif

/// `Date`, `Data`, `URL` and `Decimal` in Perl's terms.
///
/// A `Date` is a number of seconds since 1970, as Perl's `time` returns and `localtime` takes; Storable
/// keeps 15 digits of it, which is finer than 10 µs. `Data` is a byte string; an array of numbers below
/// 256 decodes as well. A `URL` is its text, and a `Decimal` its digits as text, so that none is lost; it decodes
/// from numbers as well.
enum FoundationBridging {
  #if canImport(FoundationEssentials) || canImport(Foundation)
    /// Whether the type is one of the four.
    @inline(__always)
    static func bridges<T>(_ type: T.Type) -> Bool {
      T.self == Date.self || T.self == Data.self || T.self == URL.self || T.self == Decimal.self
    }

    /// The node as one of the types that are bridged.
    @inline(never)
    static func decode<T>(
      _ type: T.Type, _ session: DecodingSession, _ index: UInt32, _ depth: UInt32, _ step: UInt32
    ) throws -> T {
      if T.self == Date.self {
        let date = session.double(index).map { Date(timeIntervalSince1970: $0) }
        return try session.cast(date, type, index, depth, step)
      }
      if T.self == URL.self {
        return try session.cast(session.string(index).flatMap { URL(string: $0) }, type, index, depth, step)
      }
      if T.self == Decimal.self {
        return try session.cast(session.string(index).flatMap(decimal), type, index, depth, step)
      }
      let octets = try session.decode([UInt8].self, at: index, depth, step)
      return try session.cast(Data(octets), type, index, depth, step)
    }

    /// The number that `text` is, with white space around it; `Decimal` itself would take any text that begins with one.
    private static func decimal(_ text: String) -> Decimal? {
      let isFinite = text.withBytes { Numeral($0) }?.double.isFinite ?? false
      guard isFinite else { return nil }
      let digits = String(text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace })
      return Decimal(string: digits.hasPrefix("+") ? String(digits.dropFirst()) : digits)
    }

    /// Writes one of the types that are bridged.
    @inline(never)
    static func encode<T>(_ value: T, _ sink: EncodingSink, _ place: EncodingSink.Place, _ key: String) throws {
      if T.self == Date.self {
        return try sink.put(unsafeBitCast(value, to: Date.self).timeIntervalSince1970, at: place, key: key)
      }
      if T.self == URL.self {
        return try sink.put(unsafeBitCast(value, to: URL.self).absoluteString, at: place, key: key)
      }
      if T.self == Decimal.self {
        return try sink.put(unsafeBitCast(value, to: Decimal.self).description, at: place, key: key)
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
