import Foundation

/// What a case may cost for each event: what it is kept at, and what it is to come to, where that was set.
struct Threshold: Codable {
  var name: String
  var instructions: Double
  var allocations: Double
  var targetInstructions: Double?
  var targetAllocations: Double?

  /// The list in a JSON file.
  static func read(_ path: String) throws -> [Threshold] {
    do {
      return try JSONDecoder().decode([Threshold].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw Failure("cannot read \(path): \(error)")
    }
  }
}
