/// How Data::Dumper names what a graph holds, as Perl expressions.
///
/// A name is one step behind another; the text is put together only where it is written.
struct FreezerNames {
  private struct Name {
    let parent: Int
    let step: FreezerStep
  }

  /// The name of the text's variable.
  static let root = 0

  /// Those behind the root's, by their number less one.
  private var names: [Name] = []

  /// The name of what `step` leads to from `parent`.
  mutating func add(_ step: FreezerStep, to parent: Int) -> Int {
    names.append(Name(parent: parent, step: step))
    return names.count
  }

  /// Writes the expression.
  func write(_ name: Int, to writer: inout ByteWriter) throws(IKCError) {
    var steps: [FreezerStep] = []
    var name = name
    while name != Self.root {
      let entry = names[name - 1]
      steps.append(entry.step)
      name = entry.parent
    }
    steps.reverse()
    var targets = 0
    for step in steps { if case .target = step { targets += 1 } }
    for _ in 0..<targets { writer.write(utf8: "${") }
    writer.write(utf8: FreezerText.variable)
    // Of the arrows in front of subscripts the first is enough, unless the name so far begins with a bracket.
    var needsArrow = true
    var isBracketed = false
    for step in steps {
      if case .target = step {
        writer.write(UInt8(ascii: "}"))
        isBracketed = true
        continue
      }
      if needsArrow || isBracketed { writer.write(utf8: "->") }
      needsArrow = false
      switch step {
      case .index(let index):
        writer.write(UInt8(ascii: "["))
        writer.write(decimal: index)
        writer.write(UInt8(ascii: "]"))
      case .key(let key):
        writer.write(UInt8(ascii: "{"))
        try writer.writeFreezer(key)
        writer.write(UInt8(ascii: "}"))
      case .target: break
      }
    }
  }
}
