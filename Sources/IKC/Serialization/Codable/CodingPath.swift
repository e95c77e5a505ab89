/// One step of a path into a value: an element's key or index.
struct PathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  /// The element of an array at `index`.
  init(index: Int) {
    stringValue = "[\(index)]"
    intValue = index
  }

  /// The element of a hash.
  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init?(intValue: Int) { nil }

  /// The element that `superEncoder` and `superDecoder` use.
  static let parent = PathKey(stringValue: "super")
}

/// How paths are shown: `params.users[3].age`.
enum CodingPath {
  static func text(_ root: String, _ path: [any CodingKey]) -> String {
    path.reduce(root) { text, key in
      key is PathKey && key.intValue != nil ? text + key.stringValue : text + "." + key.stringValue
    }
  }
}

extension IKCError {
  /// What a `Decodable` type threw while it decoded a value that is called `root`.
  @inline(never)
  static func decoding(_ error: any Error, root: String) -> IKCError {
    switch error {
    case let error as IKCError:
      return error
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      return IKCError(.cannotDecode, "\(CodingPath.text(root, context.codingPath)): \(context.debugDescription)")
    case DecodingError.keyNotFound(let key, let context):
      return IKCError(
        .cannotDecode, "\(CodingPath.text(root, context.codingPath)): there is no key \"\(key.stringValue)\"")
    default:
      return IKCError(.cannotDecode, "\(root): \(error)")
    }
  }

  /// What an `Encodable` type threw while it was encoded.
  @inline(never)
  static func encoding(_ error: any Error, root: String) -> IKCError {
    switch error {
    case let error as IKCError:
      return error
    case EncodingError.invalidValue(_, let context):
      return IKCError(.cannotEncode, "\(CodingPath.text(root, context.codingPath)): \(context.debugDescription)")
    default:
      return IKCError(.cannotEncode, "\(root): \(error)")
    }
  }
}
