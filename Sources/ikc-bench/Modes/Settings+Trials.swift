extension Settings {
  /// The floor, kernels in one or more forms, and Perl where it was asked for.
  func trials(
    _ floor: FloorTrial, _ drivers: [(contender: Contender, driver: any Driver)], perl: any Driver, connections: Int
  ) -> [any Trial] {
    var trials: [any Trial] = [floor]
    trials += drivers.map {
      KernelTrial($0.contender, server: .kernel, $0.driver, connections: connections, settings: self)
    }
    if self.perl {
      trials.append(KernelTrial(.perl, server: .perl, perl, connections: connections, settings: self))
    }
    return trials
  }
}
