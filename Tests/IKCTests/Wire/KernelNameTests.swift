import Testing

@testable import IKC

struct KernelNameTests {
  @Test(arguments: [
    "Pulse", "vm-6b033e00-00001234-00000001", "127.0.0.1:80", "unix:_run_x.sock", "unix:_x:12-3", "a_b",
  ])
  func announceableAndAddressable(_ name: String) {
    #expect(KernelName.isAnnounceable(name))
    #expect(KernelName.isAddressable(name))
  }

  @Test(arguments: ["my kernel", " x", "a  b"])
  func blanksCanBeAddressedButNotSaidInTheClassicDialogue(_ name: String) {
    #expect(!KernelName.isAnnounceable(name))
    #expect(KernelName.isAddressable(name))
  }

  @Test(arguments: ["a:b", ":", "unix:", "::1", "x:1-2", "0", "unix:a:1"])
  func namesThatNoSpecifierCanHold(_ name: String) {
    #expect(KernelName.isAnnounceable(name))
    #expect(!KernelName.isAddressable(name))
  }

  @Test(arguments: ["", "*", "a/b", "a=b", "a,b", "a;b", "é", "a\n", "a\r", "a+b", "[::1]:80", "\u{0}"])
  func namesThatAreNone(_ name: String) {
    #expect(!KernelName.isAnnounceable(name))
    #expect(!KernelName.isAddressable(name))
  }

  @Test(arguments: [
    ("/run/x/odd name+1.sock", "unix:_run_x_odd_name_1.sock"),
    ("x", "unix:x"),
    ("/a//b", "unix:_a_b"),
    ("/tmp/ä-b_c", "unix:_tmp_-b_c"),
    ("/tmp/a:b", "unix:_tmp_a_b"),
    ("\0abstract", "unix:_abstract"),
  ])
  func unixPathsAreMangled(path: String, name: String) {
    #expect(KernelName.alias(unixPath: path) == name)
    #expect(KernelName.isAddressable(name))
    #expect(KernelName.isAnnounceable(name))
  }

  @Test func connectingEndOfAUnixSocketHasItsOwnName() {
    let name = KernelName.alias(unixPath: "/run/x.sock", pid: 4711, descriptor: 8)
    #expect(name == "unix:_run_x.sock:4711-8")
    #expect(KernelName.isAddressable(name))
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1:603"),
    ("::1", "0--1.ipv6-literal.net:603"),
    ("2001:db8::7", "2001-db8--7.ipv6-literal.net:603"),
    ("fe80::1%eth0", "fe80--1seth0.ipv6-literal.net:603"),
    ("fe80::", "fe80--0.ipv6-literal.net:603"),
    ("::", "0--0.ipv6-literal.net:603"),
  ])
  func addressesBecomeNames(host: String, name: String) {
    #expect(KernelName.alias(host: host, port: 603) == name)
    #expect(KernelName.isAddressable(name))
    #expect(KernelName.isAnnounceable(name))
  }
}
