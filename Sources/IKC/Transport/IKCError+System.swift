import CUV

extension IKCError {
  /// The failure of a libuv or system call: "can't `action`: connection refused (ECONNREFUSED)".
  static func cannot(_ action: String, status: CInt, code: Code = .system) -> IKCError {
    IKCError(code, "can't \(action): \(systemText(status))")
  }

  /// What a libuv status says, with its name.
  static func systemText(_ status: CInt) -> String {
    "\(String(cString: uv_strerror(status))) (\(String(cString: uv_err_name(status))))"
  }
}
