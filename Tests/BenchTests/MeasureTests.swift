import Testing

@testable import ikc_bench

@Suite struct MeasureTests {
  @Test func medianIsTheMiddle() {
    #expect([Double]().median == 0)
    #expect([3.0].median == 3)
    #expect([9.0, 1, 5].median == 5)
    #expect([4.0, 1, 9, 2].median == 3)
  }

  @Test func rowIsTheMedianOfTheRounds() {
    let samples = [10, 30, 20].map { Sample(operations: $0, seconds: 2, recorder: nil) }
    let row = Runner.row(.ikc, samples, scale: 3)
    #expect(row.figure == 30)
    #expect(row.rounds == [15, 45, 30])
    #expect(row.latency == nil)
  }

  @Test func rowJoinsTheLatenciesOfAllRounds() throws {
    var fast = Recorder()
    var slow = Recorder()
    for _ in 0..<100 {
      fast.record(latency: 1000)
      slow.record(latency: 9000)
    }
    let samples = [fast, slow].map { Sample(operations: 100, seconds: 1, recorder: $0) }
    let latency = try #require(Runner.row(.ikc, samples, scale: 1).latency)
    #expect(latency.samples == 200)
    #expect(abs(latency.p50 - 1) < 0.01)
    #expect(abs(latency.p99 - 9) < 0.01)
  }

  @Test func percentilesBeyondTheSamplesAreLeftOut() throws {
    var recorder = Recorder()
    for value in 1...100 { recorder.record(latency: UInt64(value) * 1000) }
    let latency = try #require(Latency(recorder.latencies))
    #expect(latency.curve.map(\.percentile).max() == 99)
  }

  @Test func slicesAddUpToTheOperations() {
    var recorder = Recorder()
    recorder.progress(at: 0, operations: 5)
    recorder.progress(at: Recorder.sliceWidth * 3 + 1, operations: 7)
    var other = Recorder()
    other.progress(at: Recorder.sliceWidth, operations: 2)
    recorder.merge(other)
    #expect(recorder.slices == [5, 2, 0, 7])
  }

  @Test func timesBeyondAllBoundsGrowNoMemory() {
    var recorder = Recorder()
    recorder.progress(at: .max, operations: 1)
    #expect(recorder.slices.count == Recorder.sliceLimit + 1)
  }

  @Test func framesAreFound() {
    let bytes = Frames.frame(bodyLength: 3) + Frames.frame(body: []) + Frames.frame(body: [1, 2])
    #expect(Frames.bodies(of: bytes + [UInt8(ascii: "9"), 0, 1]) == [[120, 120, 120], [], [1, 2]])
  }
}
