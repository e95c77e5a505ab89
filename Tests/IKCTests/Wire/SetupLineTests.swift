import Testing

@testable import IKC

struct SetupLineTests {
  static func parse(_ fields: String, maximum: Int = 100) -> SetupLine {
    Array(fields.utf8).withUnsafeBytes { SetupLine(parsing: $0, maximum: maximum) }
  }

  @Test func writesAndReadsItsOwnLine() {
    let line = SetupLine(names: ["id", "Pulse", "127.0.0.1:603"], packages: ["Storable", "YAML"], pid: "4711")
    var writer = ByteWriter()
    line.write(to: &writer)
    let text = String(decoding: writer.bytes, as: UTF8.self)
    #expect(text == "SETUP KERNEL=id,Pulse,127.0.0.1:603;FREEZER=Storable,YAML;PID=4711\r\n")
    #expect(Self.parse(String(text.dropFirst(6).dropLast())) == line)
  }

  @Test(arguments: [
    "KERNEL=a;FREEZER=S;PID=1", "PID=1;FREEZER=S;KERNEL=a", "xKERNEL=a;yFREEZER=S;zPID=1",
    "KERNEL=a;FREEZER=S;PID=9;PID=1", "KERNEL=a;FREEZER=S;PID=1;;", "KERNEL=a,,;FREEZER=S,;PID=1abc",
    "KERNEL=a;FREEZER=S;PID=PID=1",
  ])
  func readsAsPerlDoes(_ fields: String) {
    let line = Self.parse(fields)
    #expect(!line.isMalformed)
    #expect(line == SetupLine(names: ["a"], packages: ["S"], pid: "1"))
  }

  @Test func repeatedListsGoOn() {
    let line = Self.parse("KERNEL=a,b;FREEZER=S;KERNEL=c;FREEZER=,T")
    #expect(line.names == ["a", "b", "c"])
    #expect(line.packages == ["S", "", "T"])
    #expect(line.pid == nil)
    #expect(!line.isMalformed)
  }

  @Test func pidPassesAsText() {
    #expect(Self.parse("KERNEL=a;PID=123456789012345678901234567890").pid == "123456789012345678901234567890")
  }

  /// The kinds of field are tried in the order KERNEL, FREEZER, PID, wherever in the part they stand.
  @Test func onePartIsOneField() {
    let line = Self.parse("KERNEL=a;FREEZER=PID=1KERNEL=b")
    #expect(line.names == ["a", "b"])
    #expect(line.packages.isEmpty)
  }

  @Test(arguments: [
    "KERNEL=a;COLOUR=red", "KERNEL=a;PID=abc", "KERNEL=a;;PID=1", ";KERNEL=a", "FREEZER=S", "KERNEL=", "KERNEL=,",
    ";", "x", "KERNEL=,a", "KERNEL=a=b", "KERNEL=caf\u{e9}", "KERNEL=a:b", "KERNEL=a\u{0}", "kernel=a", "KERNEL=*",
    "KERNEL=0", "KERNEL=/a", "KERNEL=*/a",
  ])
  func refuses(_ fields: String) {
    #expect(Self.parse(fields).isMalformed)
  }

  @Test func limitsTheLists() {
    let names = (0..<101).map { "n\($0)" }.joined(separator: ",")
    #expect(Self.parse("KERNEL=" + names, maximum: 101).names.count == 101)
    let line = Self.parse("KERNEL=" + names + ";FREEZER=" + names)
    #expect(line.isMalformed)
    #expect(line.names.count == 100)
    #expect(line.packages.count == 100)
  }

  @Test func longLinesTakeLinearTime() {
    let fields = "KERNEL=a;" + String(repeating: "KERNEL", count: 10_000) + ";" + String(repeating: ",", count: 60_000)
    #expect(Self.parse(fields).isMalformed)
  }
}
