import IKC

/// What the serializers are measured with, as Swift types and as plain data.
struct CodecSample: Sendable {
  var name: String
  var value: Value
  var codable: any CodecSubject

  /// A record of a few fields.
  static var small: CodecSample {
    CodecSample(name: "small", record(7))
  }

  /// 1,000 records, ten elements each: 10,000 elements in all.
  static var nested: CodecSample {
    CodecSample(name: "nested", (0..<1000).map(record))
  }

  /// One string of 1 MiB.
  static var large: CodecSample {
    CodecSample(name: "large", ["text": String(repeating: "x", count: 1 << 20)])
  }

  static var all: [CodecSample] { [small, nested, large] }

  private init<Subject: CodecSubject>(name: String, _ subject: Subject) {
    self.name = name
    codable = subject
    value = subject.value
  }

  private static func record(_ number: Int) -> Record {
    Record(
      id: 100_000 + number, name: "element \(number)", ratio: Double(number) / 8, tags: ["red", "green", "blue"],
      place: Place(x: number, y: -number))
  }
}

/// A type that can be measured: the same as plain data too.
protocol CodecSubject: Codable, Sendable {
  var value: Value { get }
}

struct Record: CodecSubject {
  var id: Int
  var name: String
  var ratio: Double
  var tags: [String]
  var place: Place

  var value: Value {
    .hash([
      "id": .int(Int64(id)), "name": .bytes(ByteString(name)), "ratio": .double(ratio),
      "tags": .array(tags.map { .bytes(ByteString($0)) }), "place": place.value,
    ])
  }
}

struct Place: CodecSubject {
  var x: Int
  var y: Int

  var value: Value { .hash(["x": .int(Int64(x)), "y": .int(Int64(y))]) }
}

extension Array: CodecSubject where Element: CodecSubject {
  var value: Value { .array(map(\.value)) }
}

extension Dictionary: CodecSubject where Key == String, Value == String {
  var value: IKC.Value {
    .hash(IKC.Value.Hash(map { (IKC.Value.Hash.Key(stringLiteral: $0.key), IKC.Value.bytes(ByteString($0.value))) }))
  }
}
