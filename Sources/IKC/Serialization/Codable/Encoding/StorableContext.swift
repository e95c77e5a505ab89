/// Where in a Storable image an item stands that is to be written.
struct StorableContext {
  /// Of lengths and numbers.
  var order = StorableOrder.network
  /// Whether the item is the root of the image, the one container without a reference to it.
  var isRoot = false
  /// How many containers there are around it; Perl's limits count them.
  var depth = 0
  /// How many numbered items come before it.
  var firstTag: UInt32 = 0
  /// How many classes are named before it.
  var firstClass = 0
}
