import Testing

@testable import IKC

struct AddressTests {
  @Test(arguments: [
    ("tcp://127.0.0.1:603", Address.tcp("127.0.0.1", port: 603)),
    ("tcp://localhost:0", .tcp("localhost", port: 0)),
    ("tcp://[::1]:65535", .tcp("::1", port: 65535)),
    ("unix:/run/ikc.sock", .unix("/run/ikc.sock")),
    ("unix:relative", .unix("relative")),
  ])
  func textAndAddressAreTheSame(text: String, address: Address) throws {
    #expect(try Address(text) == address)
    #expect(address.description == text)
  }

  @Test(arguments: [
    "", "tcp:", "tcp://", "tcp://host", "tcp://host:", "tcp://:603", "tcp://host:x", "tcp://host:65536",
    "tcp://host:-1",
    "tcp://host:+1", "tcp://[::1]", "tcp://[::1", "tcp://[]:1", "tcp://::1:603", "unix:", "udp://host:1", "host:1",
  ])
  func otherTextIsRefused(text: String) {
    #expect { try Address(text) } throws: { ($0 as? IKCError)?.code == .invalidArgument }
  }
}
