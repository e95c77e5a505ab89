import Foundation

/// Perl's own serializer, in C, over the same bytes.
enum PerlCodec {
  /// Operations a second of each round.
  struct Rates: Sendable {
    var decode: [Double]
    var encode: [Double]
  }

  /// Nil where there is no perl, or where it lacks the module.
  static func storable(_ image: [UInt8], _ settings: Settings) -> Rates? {
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

  private static let program = #"""
    use strict; use warnings;
    use Storable qw(nfreeze thaw); use Time::HiRes qw(time);
    my ($seconds, $count, $rounds) = @ARGV;
    binmode STDIN; local $/; my $image = <STDIN>;
    my $value = thaw($image) or die "no image";
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
      my $decode = rate(sub { my $thawed = thaw($image) });
      my $encode = rate(sub { my $frozen = nfreeze($value) });
      print "$decode $encode\n" if $_;
    }
    """#
}
