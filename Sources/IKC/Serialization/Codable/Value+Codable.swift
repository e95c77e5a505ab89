// Within this library's own coders a value passes through whole: they recognise the type. What is here
// serves all other coders, such as `JSONEncoder`.

extension Value: Encodable {
  /// Encodes the content: scalars as such, byte strings as `ByteString` does, containers element by element,
  /// references, objects and versions as what they refer to or hold, undef as nil.
  ///
  /// - Throws: `EncodingError` for what has no such content: hooks, regular expressions, tied variables.
  public func encode(to encoder: any Encoder) throws {
    if let own = encoder as? SinkEncoder { return try own.encode(self) }
    switch self {
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .hash(let elements):
      var container = encoder.container(keyedBy: PathKey.self)
      for (key, element) in elements {
        try container.encode(element, forKey: PathKey(stringValue: key.description))
      }
    case .bytes(let bytes): try bytes.encode(to: encoder)
    case .reference(let referent): try referent.encode(to: encoder)
    case .special(let special): try special.encodeContent(of: self, to: encoder)
    case .undef, .bool, .int, .uint, .double, .string:
      var container = encoder.singleValueContainer()
      try encodeScalar(to: &container)
    }
  }

  private func encodeScalar(to container: inout any SingleValueEncodingContainer) throws {
    switch self {
    case .bool(let flag): try container.encode(flag)
    case .int(let number): try container.encode(number)
    case .uint(let number): try container.encode(number)
    case .double(let number): try container.encode(number)
    case .string(let text): try container.encode(text)
    default: try container.encodeNil()
    }
  }
}

extension Value.Special {
  fileprivate func encodeContent(of value: Value, to encoder: any Encoder) throws {
    switch self {
    case .object(let object): try object.content.encode(to: encoder)
    case .weak(let referent): try referent.encode(to: encoder)
    case .version(let version): try version.value.encode(to: encoder)
    case .malformedText(let bytes): try bytes.encode(to: encoder)
    case .hook, .regexp, .tied, .tiedElement:
      let problem = "a hook, regular expression or tied variable has no content to encode"
      throw EncodingError.invalidValue(value, .init(codingPath: encoder.codingPath, debugDescription: problem))
    }
  }
}

extension Value: Decodable {
  /// Decodes what is there: nil as undef, a boolean, number or text as such, arrays and keyed containers
  /// element by element.
  public init(from decoder: any Decoder) throws {
    if let own = decoder as? TapeDecoder {
      self = try own.decode(Value.self)
    } else if let scalar = Value(scalarFrom: decoder) {
      self = scalar
    } else if var container = try? decoder.unkeyedContainer() {
      var elements: [Value] = []
      while !container.isAtEnd { elements.append(try container.decode(Value.self)) }
      self = .array(elements)
    } else {
      let container = try decoder.container(keyedBy: PathKey.self)
      var elements = Hash()
      for key in container.allKeys {
        elements[Hash.Key(key.stringValue)] = try container.decode(Value.self, forKey: key)
      }
      self = .hash(elements)
    }
  }

  private init?(scalarFrom decoder: any Decoder) {
    guard let container = try? decoder.singleValueContainer() else { return nil }
    if container.decodeNil() {
      self = .undef
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Int64.self) {
      self = .int(number)
    } else if let number = try? container.decode(UInt64.self) {
      self = .uint(number)
    } else if let number = try? container.decode(Double.self) {
      self = .double(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else {
      return nil
    }
  }
}

extension ByteString: Codable {
  /// Encodes the bytes as text where they are valid UTF-8, else as an array of numbers.
  public func encode(to encoder: any Encoder) throws {
    if let own = encoder as? SinkEncoder { return try own.encode(self) }
    var container = encoder.singleValueContainer()
    if let text { try container.encode(text) } else { try container.encode(bytes) }
  }

  /// Decodes text as its UTF-8, or an array of numbers below 256.
  public init(from decoder: any Decoder) throws {
    if let own = decoder as? TapeDecoder {
      self = try own.decode(ByteString.self)
      return
    }
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self.init(text)
    } else {
      self.init(try container.decode([UInt8].self))
    }
  }
}
