extension Unmanaged {
  /// Lends the object without counting references: whoever has this keeps it alive meanwhile.
  ///
  /// For the hot path, where threads that post and the loop's thread would contend for the count.
  @inline(__always)
  func lend<R, E: Error>(_ body: (Instance) throws(E) -> R) throws(E) -> R {
    try _withUnsafeGuaranteedRef { (instance: Instance) -> Result<R, E> in
      do throws(E) { return .success(try body(instance)) } catch { return .failure(error) }
    }.get()
  }
}
