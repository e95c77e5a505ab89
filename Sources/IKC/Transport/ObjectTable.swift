/// Values by the object that they belong to, which stays alive meanwhile or is not looked at; as many as there are, none of
/// which is moved along with all others.
struct ObjectTable<Content>: ~Copyable {
  struct Entry: GrowingTableEntry {
    let object: ObjectIdentifier
    let tableHash: UInt32
    var value: Content
  }

  private var table = GrowingTable<Entry>()

  var count: Int { table.count }
  var isEmpty: Bool { table.isEmpty }

  /// All values, in no order.
  var values: [Content] { table.all.map(\.value) }

  /// The object's value.
  subscript(object: AnyObject) -> Content? {
    get {
      let id = ObjectIdentifier(object)
      return table.first(hash: UInt32(tableHashOf: object)) { $0.object == id }?.value
    }
    set {
      let id = ObjectIdentifier(object)
      let hash = UInt32(tableHashOf: object)
      guard let newValue else {
        table.remove(hash: hash) { $0.object == id }
        return
      }
      if !table.update(hash: hash, where: { $0.object == id }, { $0.value = newValue }) {
        table.insert(Entry(object: id, tableHash: hash, value: newValue))
      }
    }
  }

  /// Takes the object's value out.
  mutating func removeValue(for object: AnyObject) -> Content? {
    let id = ObjectIdentifier(object)
    return table.remove(hash: UInt32(tableHashOf: object)) { $0.object == id }?.value
  }

  /// Lends the object's value, which is `initial` where there was none. Nothing of it is kept where it is nil afterwards.
  mutating func change<R>(
    _ object: AnyObject, default initial: @autoclosure () -> Content, _ body: (inout Content) -> R
  )
    -> R
  {
    let id = ObjectIdentifier(object)
    let hash = UInt32(tableHashOf: object)
    var result: R?
    if table.update(hash: hash, where: { $0.object == id }, { result = body(&$0.value) }), let result { return result }
    var value = initial()
    let first = body(&value)
    table.insert(Entry(object: id, tableHash: hash, value: value))
    return first
  }
}
