import Dispatch
import IKC
import IKCYAML

extension Settings {
  /// How the kernels at both ends are set up.
  ///
  /// - Parameter loops: Event loops; more than one only in the server.
  func configuration(loops: Int = 1) throws -> Configuration {
    var configuration = Configuration()
    configuration.loops = loops
    if let busyPolling { configuration.busyPolling = .microseconds(busyPolling) }
    configuration.negotiation = negotiation == .ikc ? .ikc : .ikc0
    configuration.serializers = [try Serializers.named(serializer)]
    if queue == .dispatch { configuration.queue = .dispatch(DispatchQueue(label: "ikc-bench")) }
    return configuration
  }

  /// What the other end of a call or post gets.
  func payload(_ defaultSize: Int = 64) -> String {
    String(repeating: "x", count: size ?? defaultSize)
  }
}

/// The serializers by the names of the command line.
enum Serializers {
  static let all: [(name: String, serializer: any Serializer)] = [
    ("storable", StorableSerializer()),
    ("json", JSONSerializer()),
    ("yaml", YAMLSerializer()),
    ("freezethaw", FreezeThawSerializer()),
    ("freezer", FreezerSerializer()),
  ]

  static func named(_ name: String) throws -> any Serializer {
    guard let found = all.first(where: { $0.name == name.lowercased() }) else {
      let names = all.map(\.name).joined(separator: ", ")
      throw Failure("there is no serializer \"\(name)\"; there is: \(names)")
    }
    return found.serializer
  }
}
