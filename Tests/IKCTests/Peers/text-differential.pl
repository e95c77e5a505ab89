# Reads what Swift wrote in a text format and writes it again, or makes what Swift is to read.
#
#   R <package> <hex>            thaws and freezes: one line, the new text in hex, or ! and the error
#   G <package> <seed> <count>   makes values: one line each, the text in hex, and what thaw makes of it as an image
#                                of Storable's freeze in hex
#
# POE::Component::IKC::Freezer is here what it is there: Data::Dumper with Purity, and eval.
use strict;
use warnings;
no warnings qw(recursion);
use Data::Dumper ();
use Storable ();

binmode STDOUT;

package POE::Component::IKC::Freezer {
    our $VAR1;

    sub freeze {
        local $Data::Dumper::Purity   = 1;
        local $Data::Dumper::Indent   = 0;
        local $Data::Dumper::Sortkeys = 1;
        local $Data::Dumper::Varname  = __PACKAGE__ . '::VAR';
        return Data::Dumper::Dumper($_[0]);
    }

    sub thaw {
        local $VAR1;
        eval $_[0];
        die $@ if $@;
        return $VAR1;
    }
}

my %codecs = (
    'FreezeThaw' => [
        sub { require FreezeThaw; FreezeThaw::freeze($_[0]) },
        sub { require FreezeThaw; (FreezeThaw::thaw($_[0]))[0] }
    ],
    'POE::Component::IKC::Freezer' => [\&POE::Component::IKC::Freezer::freeze, \&POE::Component::IKC::Freezer::thaw],
);

my (@pool, $budget, $has_text);

sub pick { $_[rand @_] }

sub bytes { join '', map { chr rand 256 } 1 .. pick(0, 1, 2, 7, 15, 16, 40) }

# Perl forgets the flag of text that Latin-1 could hold.
sub text { join '', "\x{20ac}", map { pick('a', "\x{e9}", "\x{263a}", "\x{1f600}", "\0", "\n", '$x', '@y', '"', '\\') } 1 .. rand 8 }

sub number { pick(0, 1, -1, 255, 2147483647, -2147483648, 4294967296, int rand 1e12, 0.5, -1e300, 1 / 3, 1e15) }

sub class { pick('A', 'B::C', "a'b\\c", 'long' x 40) }

# Data::Dumper itself goes wrong over keys that hold NUL where it names a place behind them.
sub key { (rand() < 0.3 ? bytes() : $has_text && rand() < 0.3 ? text() : 'key' . int rand 30) =~ tr/\0/\1/r }

sub target {
    my ($depth) = @_;
    return pick(@pool) if @pool && rand() < 0.15;
    my $kind = rand 10;
    my $target;
    if ($kind < 4) {
        $target = [];
        push @pool, $target if rand() < 0.4;
        push @$target, value($depth + 1) for 1 .. rand 6;
    }
    elsif ($kind < 8) {
        $target = {};
        push @pool, $target if rand() < 0.4;
        $target->{ key() } = value($depth + 1) for 1 .. rand 6;
    }
    elsif ($kind < 9) {
        return pick(qr/a.b/, qr/x+/i, qr{a/b\@c}, qr/(foo|bar)$/msx, qr/caf\xe9/);
    }
    else {
        # Perl's own undef has no identity in an image.
        my $value = value($depth + 1) // 0;
        $target = \$value;
        push @pool, $target if rand() < 0.2;
    }
    return rand() < 0.2 ? bless $target, class() : $target;
}

sub value {
    my ($depth) = @_;
    my $kind = rand($depth > 6 || $budget-- < 0 ? 5 : 10);
    return undef    if $kind < 1;
    return number() if $kind < 2;
    return $has_text ? text() : bytes() if $kind < 3;
    return bytes() if $kind < 4;
    return pick(!!1, !!0, '', '0', '00', '1.0', '-5', 'x y') if $kind < 5;
    return target($depth);
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($command, $package, @arguments) = split ' ', $line;
    my ($freeze, $thaw) = @{ $codecs{$package} };
    if ($command eq 'R') {
        my $text = eval { $freeze->($thaw->(pack 'H*', $arguments[0])) };
        print defined $text ? unpack('H*', $text) : "! $@" =~ s/\n/ /gr, "\n";
        next;
    }
    my ($seed, $count) = @arguments;
    srand $seed;
    $has_text = $package ne 'FreezeThaw';
    for (1 .. $count) {
        @pool   = ();
        $budget = 20;
        my $text = $freeze->(target(0));
        print unpack('H*', $text), "\t", unpack('H*', Storable::freeze($thaw->($text))), "\n";
    }
}
