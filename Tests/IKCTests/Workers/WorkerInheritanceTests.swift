import Testing

@testable import IKC

struct WorkerInheritanceTests {
  @Test func `what is written is read`() throws {
    let inheritance = WorkerInheritance(
      place: 2, control: 3, drainMilliseconds: 10_000,
      sockets: [
        .init(descriptor: 4, address: .tcp("::1", port: 603)),
        .init(descriptor: 5, address: .unix("/tmp/a socket with blanks")),
      ])
    #expect(WorkerInheritance(inheritance.text) == inheritance)
  }

  @Test(arguments: [
    "", "1", "1 3", "0 3 100", "1 0 100", "1 3 0", "1 3 100\n4", "1 3 100\nx tcp://h:1", "1 3 100\n4 h:1",
  ])
  func `anything else is refused`(_ text: String) {
    #expect(WorkerInheritance(text) == nil)
  }
}
