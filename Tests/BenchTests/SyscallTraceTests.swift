import Testing

@testable import ikc_bench

@Suite struct SyscallTraceTests {
  @Test func countsByTurnAndConnection() {
    let trace = SyscallTrace(
      """
      10 epoll_wait(5<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=9}}], 1024, -1) = 2
      10 read(9<socket:[77]>, ""..., 262144) = 145
      10 read(8<socket:[78]>, ""..., 262144) = 145
      10 read(7<anon_inode:[eventfd]>, ""..., 1024) = 8
      10 write(9<socket:[77]>, ""..., 90) = 90
      10 epoll_wait(5<anon_inode:[eventpoll]>, [], 1024, 0) = 0
      10 read(9<socket:[77]>, ""..., 262144) = 145
      10 write(9<socket:[77]>, ""..., 90) = 90
      """)
    #expect(trace.waits == 2)
    #expect(trace.reads == 3 && trace.mostReads == 1)
    #expect(trace.writes == 2 && trace.mostWrites == 1)
  }

  @Test func seesTheSecondOne() {
    let trace = SyscallTrace(
      """
      10 epoll_wait(5<anon_inode:[eventpoll]>, [], 1024, -1) = 1
      10 read(9<socket:[77]>, ""..., 262144) = 145
      10 read(9<socket:[77]>, ""..., 262144) = 3
      10 write(9<socket:[77]>, ""..., 90) = 90
      10 write(9<socket:[77]>, ""..., 90) = 90
      """)
    #expect(trace.mostReads == 2 && trace.mostWrites == 2)
  }

  @Test func aFullBufferAndNothingAreNotCounted() {
    let trace = SyscallTrace(
      """
      10 epoll_wait(5<anon_inode:[eventpoll]>, [], 1024, -1) = 1
      10 read(9<socket:[77]>, ""..., 262144) = 262144
      10 read(9<socket:[77]>, ""..., 262144) = 145
      10 read(9<socket:[77]>, 0x7f1, 262144) = -1 EAGAIN (Resource temporarily unavailable)
      """)
    #expect(trace.mostReads == 1)
  }

  @Test func putsInterruptedLinesTogether() {
    let trace = SyscallTrace(
      """
      10 epoll_wait(5<anon_inode:[eventpoll]>,  <unfinished ...>
      11 write(9<socket:[77]>, ""..., 90) = 90
      10 <... epoll_wait resumed>[], 1024, -1) = 1
      10 read(9<socket:[77]>,  <unfinished ...>
      11 write(9<socket:[77]>, ""..., 90) = 90
      10 <... read resumed>""..., 262144) = 145
      """)
    #expect(trace.waits == 1 && trace.reads == 1 && trace.mostReads == 1)
    #expect(trace.mostWrites == 2)
  }
}
