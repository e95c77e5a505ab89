import Foundation
import Synchronization
import Testing

@testable import IKC

@Suite(.timeLimit(.minutes(5))) struct OutboxLockTests {
  /// A count that only the lock guards.
  private final class Guarded: @unchecked Sendable {  // guarded by the lock that is tested
    let lock = OutboxLock()
    var count = 0
    /// How often the loop was told that it may try again, and how often it had to be.
    let told = Atomic(0)
    let missed = Atomic(0)
  }

  @Test func oneThreadAtATimeIsInside() async {
    let guarded = Guarded()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<5_000 {
            guarded.lock.lock()
            guarded.count += 1
            _ = guarded.lock.unlock()
          }
        }
      }
    }
    #expect(guarded.count == 40_000)
  }

  @Test func whoHoldsItLearnsThatTheLoopWantedIt() {
    let lock = OutboxLock()
    lock.lock()
    let got = lock.lockOrMark()
    #expect(!got)
    let wasWanted = lock.unlock()
    #expect(wasWanted)
    let gotLater = lock.lockOrMark()
    #expect(gotLater)
    let wasWantedLater = lock.unlock()
    #expect(!wasWantedLater)
  }

  @Test func theLoopGetsItOrIsToldAfterwards() async {
    let guarded = Guarded()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<5_000 {
            guarded.lock.lock()
            guarded.count += 1
            if guarded.lock.unlock() { guarded.told.add(1, ordering: .relaxed) }
          }
        }
      }
      group.addTask {
        for _ in 0..<5_000 {
          if guarded.lock.lockOrMark() {
            guarded.count += 1
            _ = guarded.lock.unlock()
          } else {
            guarded.missed.add(1, ordering: .relaxed)
          }
        }
      }
    }
    let (told, missed) = (guarded.told.load(ordering: .relaxed), guarded.missed.load(ordering: .relaxed))
    #expect(guarded.count + missed == 25_000)
    // Several marks may meet in one telling, but none is lost where there was any.
    #expect((told > 0) == (missed > 0))
    #expect(told <= missed)
  }
}
