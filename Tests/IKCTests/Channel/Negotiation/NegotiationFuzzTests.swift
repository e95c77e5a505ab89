import Testing

@testable import IKC

/// Random talk: nothing traps, answers stay small, and two of ours always come to terms.
struct NegotiationFuzzTests {
  static let words: [[UInt8]] = [
    "HELLO", "HELLO IKC1", "SETUP ", "SETUP KERNEL=a,b;FREEZER=Storable;PID=1", "KERNEL=", "FREEZER=", "PID=", ";", ",",
    "IAM a", "IAM b:1", "IAM", "OK", "NOT", "DONE", "FREEZER Storable", "FREEZER No", "WORLD", "UP", "\r\n", "\n", "\r",
    "\n\r", " ", "\0", "=", "9", "é",
  ].map { Array($0.utf8) }

  static func makeBoth(_ negotiation: NegotiationProtocol) -> [Negotiator] {
    let identity = LocalIdentity(
      id: "me", name: "Me", aliases: ["A"], address: "192.0.2.9:5", pid: 7, negotiation: negotiation,
      serializers: ["Storable", "YAML"])
    return [Negotiator(server: identity), Negotiator(client: identity)]
  }

  static func feed(_ bytes: [UInt8], _ random: inout SeededGenerator) {
    for negotiation in [NegotiationProtocol.ikc, .ikc0] {
      for var ours in makeBoth(negotiation) {
        let start = ours.output.count
        var rest = bytes[...]
        while !rest.isEmpty, ours.outcome == .more {
          let size = Int.random(in: 1...max(1, min(rest.count, 40)), using: &random)
          ours.receive(rest.prefix(size))
          rest = rest.dropFirst(size)
        }
        // No answer is longer than SETUP or DONE and FREEZER, and none comes without a line.
        let lines = bytes.count { $0 == 0x0a || $0 == 0x0d }
        #expect(ours.output.count - start <= lines * 80)
        if let names = ours.negotiated?.names {
          #expect(!names.isEmpty)
          #expect(names.dropFirst().allSatisfy { KernelName.isAddressable($0) })
          #expect(Set(names).count == names.count)
        }
      }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func randomLines(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
          bytes += (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1...5: bytes += (Self.words.randomElement(using: &random) ?? []) + [0x0d, 0x0a]
        default: bytes += Self.words.randomElement(using: &random) ?? []
        }
      }
      Self.feed(bytes, &random)
    }
  }

  @Test(arguments: Transcript.all.filter { $0.name.hasPrefix("raw") || $0.name.contains("classic") })
  func mutatedRecordings(_ transcript: Transcript) {
    var random = SeededGenerator(seed: UInt64(transcript.events.count))
    for side in ["client", "server"] {
      let original = Array(transcript.stream(of: side).prefix(600))
      guard !original.isEmpty else { continue }
      for _ in 0..<10 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let index = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes.insert(contentsOf: Self.words.randomElement(using: &random) ?? [], at: index)
          case 2: bytes.removeSubrange(index..<min(bytes.count, index + 9))
          default: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 60)], at: index)
          }
          if bytes.isEmpty { bytes = original }
        }
        Self.feed(bytes, &random)
      }
    }
  }

  struct Pair: Sendable, CustomTestStringConvertible {
    let server: NegotiationProtocol
    let client: NegotiationProtocol
    let serverAliases: [String]
    let clientAliases: [String]
    let serverPackages: [String]
    let clientPackages: [String]

    var testDescription: String {
      "\(client) \(clientAliases) \(clientPackages) to \(server) \(serverAliases) \(serverPackages)"
    }

    /// The client's first package that the server has, else the default.
    var package: String { clientPackages.first { serverPackages.contains($0) || $0 == "Storable" } ?? "Storable" }
  }

  static let pairs: [Pair] = {
    let protocols: [NegotiationProtocol] = [.ikc, .ikc0]
    let aliases = [[], ["A"], ["B", "A", "B", "host.name:12"], ["bad/one", "unix:x", "Server", "id-c"]]
    let packages = [["Storable"], ["YAML", "Storable"], ["FreezeThaw"], []]
    var pairs: [Pair] = []
    for server in protocols {
      for client in protocols {
        for serverAliases in aliases {
          for clientAliases in aliases {
            for serverPackages in packages {
              for clientPackages in packages {
                pairs.append(
                  Pair(
                    server: server, client: client, serverAliases: serverAliases, clientAliases: clientAliases,
                    serverPackages: serverPackages, clientPackages: clientPackages))
              }
            }
          }
        }
      }
    }
    return pairs
  }()

  @Test func twoOfOursAlwaysComeToTerms() {
    for (seed, pair) in Self.pairs.enumerated() {
      var random = SeededGenerator(seed: UInt64(seed))
      let here = LocalIdentity(
        id: "id-s", name: "Server", aliases: pair.serverAliases, address: "192.0.2.9:603", pid: 7,
        negotiation: pair.server, serializers: pair.serverPackages, defaultSerializer: "Storable")
      let there = LocalIdentity(
        id: "id-c", name: "Client", aliases: pair.clientAliases, address: "192.0.2.8:5", pid: 8,
        negotiation: pair.client, serializers: pair.clientPackages, defaultSerializer: "Storable")
      var server = Negotiator(server: here, peerAddress: "192.0.2.8:5")
      var client = Negotiator(client: there, peerAddress: "192.0.2.9:603")
      Self.converse(&client, &server, &random)
      let dialogue: NegotiationProtocol = pair.client == .ikc0 && pair.server == .ikc0 ? .ikc0 : .ikc
      let isRefused =
        dialogue == .ikc0 && !pair.clientPackages.isEmpty
        && !pair.clientPackages.contains { $0 == "Storable" || pair.serverPackages.contains($0) }
      let agreed = isRefused ? .ikc : dialogue
      #expect(
        server.negotiated
          == Negotiated(
            names: ["id-c"] + there.names, pid: agreed == .ikc0 ? "8" : nil, serializer: pair.package,
            negotiation: agreed), "\(pair.testDescription)")
      #expect(
        client.negotiated
          == Negotiated(
            names: ["id-s"] + here.names, pid: agreed == .ikc0 ? "7" : nil, serializer: pair.package,
            negotiation: agreed), "\(pair.testDescription)")
      #expect(server.rest.isEmpty && client.rest.isEmpty)
    }
  }

  /// Carries bytes both ways in pieces of any size until neither has anything left to say.
  static func converse(_ client: inout Negotiator, _ server: inout Negotiator, _ random: inout SeededGenerator) {
    var delivered = (toServer: 0, toClient: 0)
    while true {
      let toServer = client.output.count - delivered.toServer
      let toClient = server.output.count - delivered.toClient
      guard toServer > 0 || toClient > 0 else { return }
      if toServer > 0, toClient == 0 || Bool.random(using: &random) {
        let size = Int.random(in: 1...toServer, using: &random)
        server.receive(client.output[delivered.toServer..<delivered.toServer + size])
        delivered.toServer += size
      } else {
        let size = Int.random(in: 1...toClient, using: &random)
        client.receive(server.output[delivered.toClient..<delivered.toClient + size])
        delivered.toClient += size
      }
    }
  }
}
