import IKC

/// Each serializer, to bytes and back, with plain data and with Swift types.
struct CodecMode {
  var settings: Settings

  func measure() async throws -> [Comparison] {
    var comparisons: [Comparison] = []
    for (name, serializer) in Serializers.all {
      for sample in CodecSample.all {
        comparisons += try await measure(name, serializer, sample)
      }
    }
    return comparisons
  }

  private func measure(_ name: String, _ serializer: any Serializer, _ sample: CodecSample) async throws
    -> [Comparison]
  {
    let image = try serializer.encode(sample.value)
    let title = "\(name) · \(sample.name), \(grouped(image.count)) octets"
    settings.runner.progress.show(title, "perl")
    let perl = PerlCodec.rates(of: serializer.package, image, settings)
    let value = sample.value
    var encode = try await compare(
      "\(title) · encode",
      [
        CodecTrial(.ikc("Value")) { _ = try serializer.encode(value) },
        encodeTrial(serializer, sample.codable),
      ])
    var decode = try await compare(
      "\(title) · decode",
      [
        CodecTrial(.ikc("Value")) { _ = try image.withUnsafeBytes { try serializer.decode($0) } },
        decodeTrial(serializer, image, sample.codable),
      ])
    if let perl {
      encode.rows.append(Comparison.Row(contender: .perl, figure: perl.encode.median, rounds: perl.encode))
      decode.rows.append(Comparison.Row(contender: .perl, figure: perl.decode.median, rounds: perl.decode))
    }
    return [encode, decode]
  }

  private func compare(_ title: String, _ trials: [CodecTrial]) async throws -> Comparison {
    try await settings.runner.measure(mode: "codec", title: title, unit: .operations, trials: trials)
  }

  /// Straight to bytes where the serializer can do that, else by way of a `Value`.
  private func encodeTrial<Subject: CodecSubject>(_ serializer: any Serializer, _ subject: Subject) -> CodecTrial {
    CodecTrial(.ikc("Codable")) { _ = try serializer.encode(subject) }
  }

  private func decodeTrial<Subject: CodecSubject>(
    _ serializer: any Serializer, _ image: [UInt8], _ subject: Subject
  ) -> CodecTrial {
    CodecTrial(.ikc("Codable")) {
      _ = try image.withUnsafeBytes { try serializer.decode(Subject.self, from: $0) }
    }
  }
}
