import ArgumentParser

struct CallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Calls, with --depth of them under way per connection."
  )

  @Option(
    help:
      "The form of the calls: callback, async (plain tasks), queue (tasks that run on the kernel's serial queue) or all."
  )
  var form = CallMode.Form.all

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await common.report { settings in
      [try await CallMode(settings: settings, form: form).measure()]
    }
  }
}

extension CallMode.Form: ExpressibleByArgument {}
