/// The byte that begins each item of a Storable image; names as in Storable.xs, without `SX_`.
enum StorableTag {
  static let object: UInt8 = 0
  static let longScalar: UInt8 = 1
  static let array: UInt8 = 2
  static let hash: UInt8 = 3
  static let reference: UInt8 = 4
  static let undef: UInt8 = 5
  static let integer: UInt8 = 6
  static let double: UInt8 = 7
  static let byte: UInt8 = 8
  static let networkInteger: UInt8 = 9
  static let scalar: UInt8 = 10
  static let tiedArray: UInt8 = 11
  static let tiedHash: UInt8 = 12
  static let tiedScalar: UInt8 = 13
  static let immortalUndef: UInt8 = 14
  static let immortalTrue: UInt8 = 15
  static let immortalFalse: UInt8 = 16
  static let bless: UInt8 = 17
  static let blessByIndex: UInt8 = 18
  static let hook: UInt8 = 19
  static let overload: UInt8 = 20
  static let tiedKey: UInt8 = 21
  static let tiedIndex: UInt8 = 22
  static let text: UInt8 = 23
  static let longText: UInt8 = 24
  static let flagHash: UInt8 = 25
  static let code: UInt8 = 26
  static let weakReference: UInt8 = 27
  static let weakOverload: UInt8 = 28
  static let version: UInt8 = 29
  static let longVersion: UInt8 = 30
  static let undefElement: UInt8 = 31
  static let regexp: UInt8 = 32
  static let largeObject: UInt8 = 33
  /// From Storable 3.27 on: read, never written.
  static let booleanTrue: UInt8 = 34
  static let booleanFalse: UInt8 = 35
}

/// Flags of a `flagHash`, of its keys, and of a `hook`.
enum StorableFlag {
  static let restricted: UInt8 = 1

  static let keyText: UInt8 = 1
  static let keyWasText: UInt8 = 2
  static let keyReadOnly: UInt8 = 4
  static let keyIsItem: UInt8 = 8
  static let keyPlaceholder: UInt8 = 16

  static let hookBase: UInt8 = 0x03
  static let hookLongClass: UInt8 = 0x04
  static let hookLongString: UInt8 = 0x08
  static let hookLongList: UInt8 = 0x10
  static let hookClassIndex: UInt8 = 0x20
  static let hookSubobject: UInt8 = 0x40
  static let hookList: UInt8 = 0x80

  static let regexpLongPattern: UInt8 = 1
  /// Set in the first byte of a class length or index where four bytes follow.
  static let longClass: UInt8 = 0x80
}
