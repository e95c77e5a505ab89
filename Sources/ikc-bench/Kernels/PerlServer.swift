import Foundation

/// The real POE::Component::IKC as a server process, where it is installed.
enum PerlServer {
  /// The versions of Perl and of the library; nil where it can't be loaded.
  static func version() -> String? {
    let program = "use POE::Component::IKC::Server; printf '%vd %s', $^V, $POE::Component::IKC::Server::VERSION"
    guard let text = output(of: ["-e", program]) else { return nil }
    let parts = text.split(separator: " ")
    guard parts.count == 2 else { return nil }
    return "Perl \(parts[0]), POE::Component::IKC \(parts[1])"
  }

  static func start(_ settings: Settings) throws -> ServerProcess {
    let place: [String]
    switch settings.freshAddress() {
    case .unix(let path): place = ["unix", path]
    case .tcp(let host, _): place = ["tcp", host]
    }
    return try ServerProcess(
      executable: URL(fileURLWithPath: "/usr/bin/env"),
      arguments: ["perl", "-e", program] + place + [settings.negotiation.rawValue.uppercased()])
  }

  /// What `perl` prints; nil where it fails.
  static func output(of arguments: [String], input: Data? = nil) -> String? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["perl"] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let feed = Pipe()
    process.standardInput = feed
    guard (try? process.run()) != nil else { return nil }
    if let input { try? feed.fileHandleForWriting.write(contentsOf: input) }
    try? feed.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
  }

  /// The session `bench`, as `BenchSession` has it. Ends with its standard input.
  private static let program = #"""
    use strict; use warnings;
    use POE; use POE::Component::IKC::Server;
    my ($kind, $place, $protocol) = @ARGV;
    my $count = 0;
    my $port = POE::Component::IKC::Server->spawn(
      $kind eq 'unix' ? (unix => $place) : (ip => $place, port => 0),
      name => 'Bench', protocol => $protocol,
    );
    POE::Session->create(inline_states => {
      _start => sub {
        $_[KERNEL]->alias_set('bench');
        $_[KERNEL]->call(IKC => publish => 'bench', [qw(count take counted echo)]);
        $_[KERNEL]->select_read(\*STDIN, 'ended');
      },
      count => sub { $count++; return },
      take => sub { $count++; return },
      counted => sub { my $was = $count; $count = 0; return $was },
      echo => sub { return $_[ARG0] },
      ended => sub { sysread(STDIN, my $rest, 4096) or do { unlink $place if $kind eq 'unix'; exit 0 } },
    });
    $| = 1;
    print $kind eq 'unix' ? "listening unix:$place\n" : "listening tcp://$place:$port\n";
    POE::Kernel->run;
    """#
}
