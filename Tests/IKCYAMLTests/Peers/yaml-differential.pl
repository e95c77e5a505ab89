# Reads what Swift wrote, and writes what Swift is to read, with YAML.pm. Values are told as JSON: strings as the
# hexadecimal digits of their bytes, undef as null, arrays and hashes as such, with "\" => value for references.
#
#   T <hex>            reads the document: one line, what is in it, or ! and the error
#   G <seed> <count>   makes values: one line each, the document in hex, and what YAML.pm itself reads from it
use strict;
use warnings;
use YAML ();

binmode STDOUT;
$SIG{__WARN__} = sub { };

sub describe {
    my ($value) = @_;
    return 'null' if !defined $value;
    my $type = ref $value;
    if ($type eq 'ARRAY') { return '[' . join(',', map { describe($_) } @$value) . ']' }
    if ($type eq 'HASH') {
        return '{' . join(',', map { octets($_) . ':' . describe($value->{$_}) } sort keys %$value) . '}';
    }
    if ($type) { return '{"\\\\":' . describe($$value) . '}' }
    return octets($value);
}

sub octets {
    my ($text) = @_;
    utf8::encode($text) if utf8::is_utf8($text);
    return '"' . unpack('H*', $text) . '"';
}

sub pick { $_[ int rand @_ ] }

my @pieces = (
    ': ', ' #', '- ', '? ', "'", '"', '\\', '\\"', '{', '}', '[', ']', ',', '&', '*', '!', '|', '>', '%', '@', '`', '~', '=', '<<',
    ' ', '  ', "\t", "\n", "\n\n", '---', '...', '#', ':', '-', '?', '0', '1e3', 'null', "\xe9", "\xff", "\xc2\x85", "\xc2\xa0",
    "\x7f", "\0", "\e", "\r", '\\n', '\\x41', '%41', 'word', 'two words', 'x' x 70,
);

sub make_text {
    my $text = join '', map { int rand 2 ? pick(@pieces) : chr(97 + int rand 26) } 1 .. int rand 12;
    return $text if int rand 12;
    return join "\n", map { join ' ', map { pick(@pieces, 'abc', 'defgh') } 1 .. int rand 6 } 1 .. 1 + int rand 5;
}

sub make_value {
    my ($depth) = @_;
    my $kind = int rand($depth > 4 ? 6 : 12);
    return undef if !$kind;
    return pick(0, 1, -5, 2**40, 0.5, 1e20, !!1, !!0) if $kind == 1;
    return make_text() if $kind < 6;
    return make_root($depth);
}

sub make_root {
    my ($depth) = @_;
    my $kind = int rand 9;
    if ($kind < 4) { return [map { make_value($depth + 1) } 1 .. int rand 5] }
    if ($kind < 8) { return { map { make_text() => make_value($depth + 1) } 1 .. int rand 5 } }
    my $value = make_value($depth + 1);
    return \$value;
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($command, @arguments) = split ' ', $line;
    if ($command eq 'T') {
        my $value = eval { scalar YAML::Load(pack 'H*', $arguments[0]) };
        my $answer = $@ ? "! $@" : describe($value);
        $answer =~ s/\n/ /g;
        print "$answer\n";
        next;
    }
    srand $arguments[0];
    for (1 .. $arguments[1]) {
        my $value = make_root(0);
        my $document = YAML::Dump($value);
        my $read = eval { scalar YAML::Load($document) };
        print join("\t", unpack('H*', $document), describe($value), $@ ? '!' : describe($read)), "\n";
    }
}
