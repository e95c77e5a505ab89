/// The encoder of one item. Small enough to lie inside an existential: handing it out allocates nothing.
struct SinkEncoder: Encoder {
  let sink: EncodingSink
  let place: EncodingSink.Place

  init(_ sink: EncodingSink, _ place: EncodingSink.Place) {
    self.sink = sink
    self.place = place
  }

  var codingPath: [any CodingKey] { sink.codingPath(place) }
  var userInfo: [CodingUserInfoKey: Any] { sink.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(SinkKeyedContainer<Key>(sink, sink.open(.hash, at: place)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    SinkUnkeyedContainer(sink, sink.open(.array, at: place))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension SinkEncoder: SingleValueEncodingContainer {
  func encodeNil() throws { try sink.putUndef(at: place, key: "") }
  func encode(_ value: Bool) throws { try sink.put(value, at: place, key: "") }
  func encode(_ value: String) throws { try sink.put(value, at: place, key: "") }
  func encode(_ value: Double) throws { try sink.put(value, at: place, key: "") }
  func encode(_ value: Float) throws { try sink.put(Double(value), at: place, key: "") }
  func encode(_ value: Int) throws { try sink.put(Int64(value), at: place, key: "") }
  func encode(_ value: Int8) throws { try sink.put(Int64(value), at: place, key: "") }
  func encode(_ value: Int16) throws { try sink.put(Int64(value), at: place, key: "") }
  func encode(_ value: Int32) throws { try sink.put(Int64(value), at: place, key: "") }
  func encode(_ value: Int64) throws { try sink.put(value, at: place, key: "") }
  func encode(_ value: UInt) throws { try sink.put(UInt64(value), at: place, key: "") }
  func encode(_ value: UInt8) throws { try sink.put(Int64(value), at: place, key: "") }
  func encode(_ value: UInt16) throws { try sink.put(Int64(value), at: place, key: "") }
  func encode(_ value: UInt32) throws { try sink.put(Int64(value), at: place, key: "") }
  func encode(_ value: UInt64) throws { try sink.put(value, at: place, key: "") }
  func encode<T: Encodable>(_ value: T) throws { try sink.encode(value, at: place, key: "") }
}
