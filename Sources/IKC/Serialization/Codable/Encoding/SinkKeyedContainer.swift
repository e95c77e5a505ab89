/// A hash that is being written.
struct SinkKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  private let sink: EncodingSink
  private let hash: EncodingSink.Place

  init(_ sink: EncodingSink, _ hash: EncodingSink.Place) {
    self.sink = sink
    self.hash = hash
  }

  var codingPath: [any CodingKey] { sink.codingPath(hash) }

  func encodeNil(forKey key: Key) throws { try sink.putUndef(at: hash, key: key.stringValue) }

  func encode(_ value: Bool, forKey key: Key) throws { try sink.put(value, at: hash, key: key.stringValue) }
  func encode(_ value: String, forKey key: Key) throws { try sink.put(value, at: hash, key: key.stringValue) }
  func encode(_ value: Double, forKey key: Key) throws { try sink.put(value, at: hash, key: key.stringValue) }
  func encode(_ value: Float, forKey key: Key) throws { try sink.put(Double(value), at: hash, key: key.stringValue) }
  func encode(_ value: Int, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: Int8, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: Int16, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: Int32, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: Int64, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: UInt, forKey key: Key) throws { try sink.put(UInt64(value), at: hash, key: key.stringValue) }
  func encode(_ value: UInt8, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: UInt16, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: UInt32, forKey key: Key) throws { try sink.put(Int64(value), at: hash, key: key.stringValue) }
  func encode(_ value: UInt64, forKey key: Key) throws { try sink.put(value, at: hash, key: key.stringValue) }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try sink.encode(value, at: hash, key: key.stringValue)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    encoder(key.stringValue).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder(key.stringValue).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { encoder(PathKey.parent.stringValue) }
  func superEncoder(forKey key: Key) -> any Encoder { encoder(key.stringValue) }

  private func encoder(_ key: String) -> SinkEncoder { SinkEncoder(sink, sink.item(in: hash, key: key)) }
}
