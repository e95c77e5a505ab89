/// What a worker gets from its supervisor, as the value of one environment variable.
///
/// A line `PLACE CONTROL DRAIN`, DRAIN in milliseconds; then a line `DESCRIPTOR ADDRESS` for each socket that it accepts on.
struct WorkerInheritance: Equatable, Sendable {
  struct Socket: Equatable, Sendable {
    let descriptor: Int32
    let address: Address
  }

  static let variable = "IKC_WORKER"

  let place: Int
  /// The descriptor over which the two talk.
  let control: Int32
  let drainMilliseconds: Int
  let sockets: [Socket]
}

extension WorkerInheritance {
  init?(_ text: String) {
    let lines = text.split(separator: "\n")
    guard let first = lines.first else { return nil }
    let numbers = first.split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 3, numbers[0] > 0, let control = Int32(exactly: numbers[1]), control > 2, numbers[2] > 0
    else { return nil }
    var sockets: [Socket] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let descriptor = Int32(parts[0]), descriptor > 2,
        let address = try? Address(String(parts[1]))
      else { return nil }
      sockets.append(Socket(descriptor: descriptor, address: address))
    }
    self.init(place: numbers[0], control: control, drainMilliseconds: numbers[2], sockets: sockets)
  }

  var text: String {
    (["\(place) \(control) \(drainMilliseconds)"] + sockets.map { "\($0.descriptor) \($0.address)" })
      .joined(separator: "\n")
  }
}
