import CUV
import IKC
import Testing

@Suite(.timeLimit(.minutes(5))) struct BusyPollingTests {
  /// A loop that something has just come to.
  private static func loop() -> ikc_spin {
    var spin = ikc_spin()
    spin.span = 20
    spin.active = 1
    return spin
  }

  @Test func endsWhenNothingComesInTime() {
    var spin = Self.loop()
    #expect(ikc_spin_goes_on(&spin, 100) == 1)
    #expect(ikc_spin_goes_on(&spin, 119) == 1)
    #expect(ikc_spin_goes_on(&spin, 120) == 0)
    #expect(ikc_spin_goes_on(&spin, 121) == 0)
  }

  @Test func goesOnFromWhatComes() {
    var spin = Self.loop()
    for now in stride(from: UInt64(100), to: 1000, by: 15) {
      spin.active = 1
      #expect(ikc_spin_goes_on(&spin, now) == 1)
    }
    #expect(ikc_spin_goes_on(&spin, 1004) == 1)
    #expect(ikc_spin_goes_on(&spin, 1010) == 0)
  }

  /// How many turns that bring something end in a sleep until one does not.
  private func sleeps(_ spin: inout ikc_spin, _ now: inout UInt64) -> Int {
    for count in 0..<1000 {
      now += 1
      spin.active = 1
      if ikc_spin_goes_on(&spin, now) == 1 { return count }
    }
    return 1000
  }

  @Test func isTriedTheLessOftenTheMoreItWasInVain() {
    var spin = Self.loop()
    var now: UInt64 = 0
    var counts: [Int] = []
    for _ in 0..<9 {
      counts.append(sleeps(&spin, &now))
      now += 20
      #expect(ikc_spin_goes_on(&spin, now) == 0)
    }
    #expect(counts == [0, 1, 3, 7, 15, 31, 63, 63, 63])
    // Each that pays takes one step back.
    _ = sleeps(&spin, &now)
    for _ in 0..<6 {
      now += 1
      spin.active = 1
      #expect(ikc_spin_goes_on(&spin, now) == 1)
    }
    now += 20
    #expect(ikc_spin_goes_on(&spin, now) == 0)
    #expect(sleeps(&spin, &now) == 1)
  }

  @Test func leavesTheProcessorToThreadsThatBringWork() {
    var spin = Self.loop()
    var now: UInt64 = 0
    ikc_spin_visited(&spin)
    #expect(sleeps(&spin, &now) == 16)
    ikc_spin_visited(&spin)
    ikc_spin_visited(&spin)
    #expect(sleeps(&spin, &now) == 16)
  }

  @Test(arguments: [Duration.zero, .milliseconds(1)]) func kernelsTalkWhateverIsSet(_ busyPolling: Duration)
    async throws
  {
    var settings = Configuration()
    settings.busyPolling = busyPolling
    let pair = try await KernelPair(server: settings, client: settings)
    for _ in 0..<20 { #expect(try await pair.client.call("poe://Server/IKC/ping", as: String.self) == "PONG") }
    await pair.shutdown()
  }

  @Test(arguments: [Duration.nanoseconds(-1), .microseconds(1001)]) func hasItsLimits(_ busyPolling: Duration)
    async throws
  {
    var settings = Configuration()
    settings.busyPolling = busyPolling
    let kernel = Kernel(configuration: settings)
    let error = await #expect(throws: IKCError.self) { try await kernel.listen(on: .tcp("127.0.0.1", port: 0)) }
    #expect(error?.code == .invalidArgument)
    await kernel.shutdown()
  }
}
