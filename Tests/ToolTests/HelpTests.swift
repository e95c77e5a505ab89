import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct HelpTests {
  @Test func `every command's help has examples that begin with its name`() async throws {
    let overview = try await Tool.run(["--help"])
    let commands = overview.text.split(separator: "\n").compactMap { $0.firstMatch(of: #/^  ([a-z]+) {2,}[A-Z]/#)?.1 }
    #expect(commands.count >= 8)
    for command in commands {
      let help = try await Tool.run([String(command), "--help"])
      #expect(help.status == 0)
      let examples = help.text.components(after: "EXAMPLES")
      #expect(examples.contains("ikc \(command) "), "\(command)")
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completion scripts name the commands and options`(_ shell: String) async throws {
    let outcome = try await Tool.run(["--generate-completion-script", shell])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    for word in ["published", "decode", "exec-timeout", "Storable"] { #expect(outcome.text.contains(word)) }
  }

  @Test func `the bash completion completes`() async throws {
    let script = try await Tool.run(["--generate-completion-script", "bash"]).text
    let complete = """
      COMP_WORDS=(ikc pu); COMP_CWORD=1; COMP_LINE='ikc pu'; COMP_POINT=6; COMP_TYPE=9; COMP_KEY=9
      _ikc ikc pu ikc; echo "${COMPREPLY[@]}"
      """
    let outcome = try await ChildProcess.run("bash", ["-c", script + "\n" + complete])
    #expect(outcome.text == "published\n", "\(outcome.text) \(outcome.errors)")
  }

  @Test func `a shell that is not known ends with status 2`() async throws {
    try await Tool.expectFailure(Tool.run(["--generate-completion-script", "nosh"]), 2)
  }
}

extension String {
  /// What stands behind the last `mark`.
  fileprivate func components(after mark: String) -> String {
    ranges(of: mark).last.map { String(self[$0.upperBound...]) } ?? ""
  }
}
