import Testing

@testable import IKC

@Suite struct GrowingTableTests {
  private struct Number: GrowingTableEntry, Hashable {
    var value: Int
    /// All too alike, so that rows hold many and hashes meet.
    var tableHash: UInt32 { UInt32(value % 1_000) &* 2_654_435_761 }
  }

  @Test func holdsWhatASetHolds() {
    var generator = SeededGenerator(seed: 7)
    var table = GrowingTable<Number>()
    var set: Set<Int> = []
    for step in 0..<60_000 {
      // It grows, shrinks to nothing and grows again.
      let grows = Int.random(in: 0..<10, using: &generator) < (step / 15_000 % 2 == 0 ? 8 : 2)
      let value = Int.random(in: 0..<20_000, using: &generator)
      let number = Number(value: value)
      if grows {
        if set.insert(value).inserted { table.insert(number) }
      } else {
        let removed = table.remove(hash: number.tableHash) { $0 == number }
        #expect((removed != nil) == (set.remove(value) != nil))
      }
      if step % 97 == 0 {
        #expect((table.first(hash: number.tableHash) { $0 == number } != nil) == set.contains(value))
      }
    }
    #expect(table.count == set.count)
    #expect(Set(table.all.map(\.value)) == set)
  }

  @Test func neverMovesMoreThanARow() {
    var table = GrowingTable<Number>()
    var before = table.rowCount
    for value in 0..<50_000 {
      table.insert(Number(value: value))
      #expect(table.rowCount - before <= 1)
      before = table.rowCount
    }
    #expect(before > 1_000)
    for value in 0..<50_000 {
      let number = Number(value: value)
      table.remove(hash: number.tableHash) { $0 == number }
      #expect(before - table.rowCount <= 1)
      before = table.rowCount
    }
    // The last entry takes all memory along.
    #expect(table.isEmpty && table.rowCount == 0)
    table.insert(Number(value: 1))
    #expect(table.all == [Number(value: 1)])
  }

  @Test func goingDownTheRowsMeetsAllThatStay() {
    var table = GrowingTable<Number>()
    for value in 0..<5_000 { table.insert(Number(value: value)) }
    var met: Set<Int> = []
    var row = table.rowCount
    var generator = SeededGenerator(seed: 11)
    while row > 0 {
      row -= 1
      for number in table.row(row) {
        met.insert(number.value)
        // Some that were met go, and some that were not.
        for value in [number.value, Int.random(in: 4_000..<5_000, using: &generator)] {
          let number = Number(value: value)
          table.remove(hash: number.tableHash) { $0 == number }
        }
      }
    }
    #expect(met.isSuperset(of: 0..<4_000))
  }

  @Test func keepsItsEntriesAliveAndNoLonger() {
    final class Counted {
      let alive: Collector<Int>
      init(_ alive: Collector<Int>) {
        self.alive = alive
        alive.add(1)
      }
      deinit { alive.add(-1) }
    }
    struct Entry: GrowingTableEntry {
      let counted: Counted
      let tableHash: UInt32
    }
    let changes = Collector<Int>()
    var alive: Int { changes.elements.reduce(0, +) }
    do {
      var table = GrowingTable<Entry>()
      // Seven hashes: rows go on in extra ones.
      for number in 0..<1_000 { table.insert(Entry(counted: Counted(changes), tableHash: UInt32(number % 7))) }
      #expect(alive == 1_000)
      for number in 0..<600 { table.remove(hash: UInt32(number % 7)) { _ in true } }
      #expect(alive == 400 && table.count == 400 && table.all.count == 400)
    }
    #expect(alive == 0)
  }

  @Test func objectsHaveValuesOfTheirOwn() {
    final class Object {}
    let objects = (0..<1_000).map { _ in Object() }
    var table = ObjectTable<Int>()
    for (index, object) in objects.enumerated() { table[object] = index }
    for object in objects { table.change(object, default: 0) { $0 += 1_000 } }
    table[objects[3]] = nil
    #expect(table.removeValue(for: objects[4]) == 1_004)
    #expect(table.count == 998)
    #expect(table[objects[3]] == nil && table[objects[5]] == 1_005)
    #expect(Set(table.values) == Set((1_000..<2_000).filter { $0 != 1_003 && $0 != 1_004 }))
    #expect(table.change(objects[3], default: 7) { $0 } == 7)
  }
}
