import CUV

/// The file of a unix socket: recognised again, so that nobody else's is removed.
struct SocketFile: Sendable {
  private let path: String
  private let device: UInt64
  private let inode: UInt64

  /// The socket at `path`; nil where there is none.
  init?(path: String) {
    var device: UInt64 = 0
    var inode: UInt64 = 0
    guard ikc_unix_identity(path, &device, &inode) == 0 else { return nil }
    self.path = path
    self.device = device
    self.inode = inode
  }

  /// Removes the file, if it is still the same one.
  func remove() {
    guard let there = SocketFile(path: path), there.device == device, there.inode == inode else { return }
    ikc_unlink(path)
  }
}
