import Foundation

/// Perl's own serializer over the same bytes: Storable in C, the others in Perl.
enum PerlCodec {
  /// Operations a second of each round.
  struct Rates: Sendable {
    var decode: [Double]
    var encode: [Double]
  }

  /// By package: what loads it, and what reads `$image` and writes `$value`.
  private static let modules: [String: (load: String, decode: String, encode: String)] = [
    "Storable": ("use Storable ()", "Storable::thaw($image)", "Storable::nfreeze($value)"),
    "JSON": ("use JSON::PP ()", "JSON::PP::decode_json($image)", "JSON::PP::encode_json($value)"),
    "FreezeThaw": ("use FreezeThaw ()", "(FreezeThaw::thaw($image))[0]", "FreezeThaw::freeze($value)"),
    "POE::Component::IKC::Freezer": (
      "use POE::Component::IKC::Freezer ()", "POE::Component::IKC::Freezer::thaw($image)",
      "POE::Component::IKC::Freezer::freeze($value)"
    ),
    "YAML": ("use YAML ()", "YAML::Load($image)", "YAML::Dump($value)"),
  ]

  /// Nil where there is no perl, or where it lacks the module.
  static func rates(of package: String, _ image: [UInt8], _ settings: Settings) -> Rates? {
    guard let module = modules[package] else { return nil }
    let program = program(load: module.load, decode: module.decode, encode: module.encode)
    let seconds = settings.limit.seconds.map { String($0) } ?? "0"
    let count = settings.limit.operations.map { String($0) } ?? "0"
    let arguments = ["-e", program, seconds, count, String(settings.rounds)]
    guard let output = PerlServer.output(of: arguments, input: Data(image)) else { return nil }
    var rates = Rates(decode: [], encode: [])
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ").compactMap { Double($0) }
      guard words.count == 2 else { return nil }
      rates.decode.append(words[0])
      rates.encode.append(words[1])
    }
    return rates.decode.isEmpty ? nil : rates
  }

  private static func program(load: String, decode: String, encode: String) -> String {
    #"""
    use strict; use warnings;
    \#(load); use Time::HiRes qw(time);
    my ($seconds, $count, $rounds) = @ARGV;
    binmode STDIN; local $/; my $image = <STDIN>;
    my $value = \#(decode) or die "no image";
    sub rate {
      my ($run) = @_;
      my ($done, $stride, $began) = (0, 1, time);
      my $elapsed = 0;
      until ($count ? $done >= $count : $elapsed >= $seconds) {
        $run->() for 1 .. $stride;
        $done += $stride;
        $elapsed = time - $began;
        $stride *= 2 if !$count && $elapsed < 0.001;
      }
      $elapsed = time - $began;
      return $done / ($elapsed || 1e-6);
    }
    for (0 .. $rounds) {
      my $decode = rate(sub { my $read = \#(decode) });
      my $encode = rate(sub { my $written = \#(encode) });
      print "$decode $encode\n" if $_;
    }
    """#
  }
}
