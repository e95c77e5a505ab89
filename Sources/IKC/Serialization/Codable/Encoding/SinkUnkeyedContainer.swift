/// An array that is being written. Small enough to lie inside an existential.
struct SinkUnkeyedContainer: UnkeyedEncodingContainer {
  private let sink: EncodingSink
  private let array: EncodingSink.Place

  init(_ sink: EncodingSink, _ array: EncodingSink.Place) {
    self.sink = sink
    self.array = array
  }

  var codingPath: [any CodingKey] { sink.codingPath(array) }
  var count: Int { sink.count(array) }

  func encodeNil() throws { try sink.putUndef(at: array, key: "") }
  func encode(_ value: Bool) throws { try sink.put(value, at: array, key: "") }
  func encode(_ value: String) throws { try sink.put(value, at: array, key: "") }
  func encode(_ value: Double) throws { try sink.put(value, at: array, key: "") }
  func encode(_ value: Float) throws { try sink.put(Double(value), at: array, key: "") }
  func encode(_ value: Int) throws { try sink.put(Int64(value), at: array, key: "") }
  func encode(_ value: Int8) throws { try sink.put(Int64(value), at: array, key: "") }
  func encode(_ value: Int16) throws { try sink.put(Int64(value), at: array, key: "") }
  func encode(_ value: Int32) throws { try sink.put(Int64(value), at: array, key: "") }
  func encode(_ value: Int64) throws { try sink.put(value, at: array, key: "") }
  func encode(_ value: UInt) throws { try sink.put(UInt64(value), at: array, key: "") }
  func encode(_ value: UInt8) throws { try sink.put(Int64(value), at: array, key: "") }
  func encode(_ value: UInt16) throws { try sink.put(Int64(value), at: array, key: "") }
  func encode(_ value: UInt32) throws { try sink.put(Int64(value), at: array, key: "") }
  func encode(_ value: UInt64) throws { try sink.put(value, at: array, key: "") }
  func encode<T: Encodable>(_ value: T) throws { try sink.encode(value, at: array, key: "") }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    encoder.container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder }

  private var encoder: SinkEncoder { SinkEncoder(sink, sink.item(in: array, key: "")) }
}
