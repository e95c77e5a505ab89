# Thaws what Swift wrote, and freezes what Swift is to read; either way tells what the data is, as tagged JSON.
#
#   T <hex>            thaws the image: one line, the description, or ! and the error
#   G <seed> <count>   makes values: one line each, nfreeze in hex, freeze in hex, and the description
#                      of what thaw makes of either
use strict;
use warnings;
no warnings qw(surrogate nonchar non_unicode recursion);
use B ();
use Hash::Util ();
use Scalar::Util qw(blessed isweak refaddr reftype weaken);
use Storable qw(freeze nfreeze thaw);
use re ();

{ package Over; use overload '""' => sub { 'over' }, fallback => 1; }
{ package Plain; }
{ package Other::Class; }

binmode STDOUT;

my %immortal = (refaddr(\undef) => undef, refaddr(\!!1) => 1, refaddr(\!!0) => 0);

# --- Describing ---

my (%slots, %references, %ids);

sub is_immortal { exists $immortal{ refaddr $_[0] } }

# The variables inside what a reference refers to.
sub inner {
    my ($target) = @_;
    my $type = reftype $target;
    return map { exists $target->[$_] ? \$target->[$_] : () } 0 .. $#$target if $type eq 'ARRAY';
    return map { \$target->{$_} } sort keys %$target if $type eq 'HASH';
    return;
}

sub count_slot {
    my ($slot) = @_;
    my $first = !$slots{ refaddr $slot }++;
    if (ref $$slot) { count_reference($$slot) }
    return;
}

sub count_reference {
    my ($target) = @_;
    my $address = refaddr $target;
    my $known = $references{$address}++ || $slots{$address};
    return if $known || re::is_regexp($target);
    if (reftype($target) =~ /^(?:ARRAY|HASH)$/) { count_slot($_) for inner($target) }
    elsif (ref $$target) { count_reference($$target) }
    return;
}

sub new_id {
    my ($address) = @_;
    return if ($slots{$address} || 0) + ($references{$address} || 0) < 2;
    return $ids{$address} = 1 + keys %ids;
}

my %escape = ('"' => '\\"', '\\' => '\\\\', "\b" => '\\b', "\f" => '\\f', "\n" => '\\n', "\r" => '\\r', "\t" => '\\t');

sub quote {
    my ($text) = @_;
    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/([\x00-\x1f\x7f"\\])/$escape{$1} || sprintf '\\u%04x', ord $1/ge;
    return qq("$text");
}

sub latin1 { my $text = $_[0]; utf8::upgrade($text); return quote($text) }

sub string {
    my ($text, @fields) = @_;
    my %fields = @fields;
    if (utf8::is_utf8($text)) {
        my $octets = $text;
        utf8::encode($octets);
        $fields{t} = '"string"';
        $fields{utf8} = '"' . unpack('H*', $octets) . '"';
        $fields{v} = quote($text) unless $text =~ /[^\x{0}-\x{d7ff}\x{e000}-\x{10ffff}]/;
    } else {
        $fields{ascii} = quote($text) if $text =~ /\A[\x20-\x7e]{1,200}\z/;
        $fields{t} = '"bytes"';
        $fields{v} = '"' . unpack('H*', $text) . '"';
    }
    return object(%fields);
}

sub object {
    my %fields = @_;
    return '{' . join(',', map { qq("$_":$fields{$_}) } sort keys %fields) . '}';
}

sub describe_element {
    my ($slot, %fields) = @_;
    my $address = refaddr $slot;
    if (!is_immortal($slot)) {
        return object(%fields, id => $ids{$address}, t => '"alias"') if $ids{$address};
        my $id = new_id($address);
        $fields{sid} = $id if $id;
    }
    return describe_scalar($slot, %fields);
}

sub describe_scalar {
    my ($slot, %fields) = @_;
    if (is_immortal($slot)) {
        my $value = $immortal{ refaddr $slot };
        $fields{v} = $value ? 'true' : 'false' if defined $value;
        return object(%fields, immortal => 'true', t => defined $value ? '"bool"' : '"undef"');
    }
    return describe_reference($slot, %fields) if ref $$slot;
    if (reftype($slot) eq 'VSTRING') {
        my $magic = B::svref_2object($slot)->MAGIC;
        $magic = $magic->MOREMAGIC while $magic->TYPE ne 'V';
        my $octets = $$slot;
        if (utf8::is_utf8($octets)) { utf8::encode($octets); $fields{utf8} = 'true' }
        return object(%fields, literal => latin1($magic->PTR), t => '"vstring"', v => '"' . unpack('H*', $octets) . '"');
    }
    my $flags = B::svref_2object($slot)->FLAGS;
    return string($$slot, %fields) if $flags & B::SVf_POK;
    if ($flags & B::SVf_IOK) {
        my $type = $flags & B::SVf_IVisUV ? '"uint"' : '"int"';
        return object(%fields, t => $type, v => '"' . (0 + $$slot) . '"');
    }
    if ($flags & B::SVf_NOK) {
        my $bits = unpack 'H*', pack 'd>', $$slot;
        return object(%fields, t => '"double"', bits => qq("$bits"), v => '"' . sprintf('%.17g', $$slot) . '"');
    }
    return object(%fields, t => '"undef"');
}

sub describe_reference {
    my ($slot, %fields) = @_;
    my $target = $$slot;
    my $address = refaddr $target;
    $fields{weak} = 'true' if isweak($$slot);
    return object(%fields, id => $ids{$address}, t => '"shared"') if $ids{$address};
    if (!is_immortal($target)) { my $id = new_id($address); $fields{id} = $id if $id }
    my $class = blessed $target;
    if (re::is_regexp($target)) {
        my ($pattern, $flags) = re::regexp_pattern($target);
        $fields{class} = latin1($class) if $class ne 'Regexp';
        return object(%fields, t => '"regexp"', pattern => string($pattern), flags => quote($flags));
    }
    $fields{class} = latin1($class) if defined $class;
    my $type = reftype $target;
    if ($type eq 'ARRAY') {
        my @items = map { exists $target->[$_] ? describe_element(\$target->[$_]) : '{"t":"hole"}' } 0 .. $#$target;
        return object(%fields, t => '"array"', v => '[' . join(',', @items) . ']');
    }
    if ($type eq 'HASH') {
        if (Internals::SvREADONLY(%$target)) {
            $fields{locked} = 'true';
            my @hidden = map { string($_) } sort(Hash::Util::hidden_keys(%$target));
            $fields{placeholders} = '[' . join(',', @hidden) . ']' if @hidden;
        }
        my @items;
        for my $key (sort keys %$target) {
            my @readonly = Internals::SvREADONLY($target->{$key}) ? (readonly => 'true') : ();
            push @items, '[' . string($key) . ',' . describe_element(\$target->{$key}, @readonly) . ']';
        }
        return object(%fields, t => '"hash"', v => '[' . join(',', @items) . ']');
    }
    return object(%fields, t => '"ref"', v => describe_scalar($target));
}

sub describe {
    my ($value) = @_;
    (%slots, %references, %ids) = ();
    count_reference($value);
    return describe_reference(\$value);
}

# --- Making ---

my (@pool, $budget);

sub pick { $_[ int rand @_ ] }

sub length_of { int rand 40 ? pick(@_) : pick(85, 86, 127, 128, 254, 255, 256, 300) }

sub make_text {
    my $length = length_of(0, 1, 3, 7, 14, 15, 16, 17);
    return join '', map { chr pick(65 + int rand 26, 233, 0x100, 0x263a, 0x1f600, 0xffff, 0xd800, 0x110000) } 1 .. $length
        if !int rand 12;
    return join '', map { chr pick(97 + int rand 26, 0xe9, 0x20ac, 0x1f600) } 1 .. $length;
}

sub make_bytes {
    my $length = length_of(0, 1, 2, 7, 8, 9, 14, 15, 16, 17, 31);
    return join '', map { chr int rand 256 } 1 .. $length if !int rand 2;
    return join '', map { chr 97 + int rand 26 } 1 .. $length;
}

sub make_integer {
    return pick(-1, 0, 1, 127, 128, -128, -129, 255, 65535, 2147483647, 2147483648, -2147483648, -2147483649,
        9223372036854775807, 9223372036854775808, 18446744073709551615, -9223372036854775807 - 1) if int rand 2;
    return (int rand 2 ? 1 : -1) * int rand 2**(1 + int rand 53);
}

sub make_double {
    my $number = pick(0.1, 0.5, 1e16, 1e15, 2**53, 2**53 - 1, -0.0, 1e300, 5e-324, 9**9**9, -9**9**9,
        1/3, 123456789012345.5, 1e21, 1e-5, 0.0001, rand, rand() * 10**int(rand(40) - 20));
    return $number if int rand 2;
    do { $number = unpack 'd', join '', map { chr int rand 256 } 1 .. 8 } while $number != $number;
    return $number;
}

sub make_key {
    return pick(qw(a b c d name id x)) . int rand 50 if int rand 4;
    my $key = int rand 2 ? make_bytes() : make_text();
    utf8::upgrade($key) if !int rand 4;
    return $key;
}

# Fills a variable.
sub fill {
    my ($slot, $depth) = @_;
    my $kind = int rand($depth > 5 || $budget-- < 0 ? 8 : 16);
    if    ($kind == 0) { $$slot = undef }
    elsif ($kind <= 2) { $$slot = make_integer() }
    elsif ($kind <= 4) { $$slot = make_bytes() }
    elsif ($kind == 5) { $$slot = make_text() }
    elsif ($kind == 6) { $$slot = make_double() }
    elsif ($kind == 7) { $$slot = pick(!!1, !!0, v1.22.333, eval('v' . join '.', 1 .. 60 + int rand 100), 5.36.0) }
    else               { $$slot = make_reference($depth) }
    return;
}

sub make_reference {
    my ($depth) = @_;
    return pick(@pool) if @pool && !int rand 6;
    my $kind = int rand 12;
    if ($kind < 4) {
        my @array;
        push @pool, \@array if !int rand 3;
        fill(\$array[$_], $depth + 1) for 0 .. int(rand 6) - 1;
        delete $array[ int rand @array ] if @array > 1 && !int rand 8;
        return make_object(\@array);
    }
    if ($kind < 8) {
        my %hash;
        push @pool, \%hash if !int rand 3;
        fill(\$hash{ make_key() }, $depth + 1) for 1 .. int rand(int rand 10 ? 4 : 16);
        if (!int rand 8) {
            Hash::Util::lock_keys(%hash, keys %hash, map { "hidden$_" } 1 .. int rand 3);
            if (%hash && int rand 2) { Hash::Util::lock_value(%hash, $_) for (keys %hash)[0] }
        }
        return make_object(\%hash);
    }
    if ($kind == 8) { return pick(qr/a.b/, qr/x+/i, qr/\d/msx, qr/caf\xe9/) }
    # Perl panics when it thaws a scalar with a weak reference to the scalar itself somewhere inside.
    if ($kind == 9 && (my @containers = grep { reftype($_) =~ /^(?:ARRAY|HASH)$/ } @pool)) {
        my $weak = pick(@containers);
        my @array = ($weak, $weak);
        weaken($array[ int rand 2 ]);
        return \@array;
    }
    if ($kind == 10) { my $row = sub { \@_ }; my $same = 5; return $row->($same, $same, undef, !!1, [$same]) }
    my $scalar;
    push @pool, \$scalar if !int rand 3;
    fill(\$scalar, $depth + 1);
    return make_object(\$scalar);
}

sub make_object {
    my ($reference) = @_;
    return $reference if int rand 5;
    return $reference if reftype($reference) eq 'HASH' && Internals::SvREADONLY(%$reference);
    # Perl panics when it thaws a blessed scalar that refers to an object with overloading.
    return $reference if reftype($reference) =~ /^(?:VSTRING|REF)$/;
    return bless $reference, pick(qw(Plain Over Other::Class), 'Long' . 'g' x 140, map { "C$_" } 1 .. 20);
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($command, @arguments) = split ' ', $line;
    if ($command eq 'T') {
        my $value = eval { thaw(pack 'H*', $arguments[0]) };
        my $answer = defined $value ? describe($value) : '! ' . ($@ || 'thaw returned undef');
        $answer =~ s/\n/ /g;
        print "$answer\n";
    } else {
        srand $arguments[0];
        for (1 .. $arguments[1]) {
            @pool = ();
            $budget = 12;
            my $value = make_reference(0);
            my ($portable, $native) = (nfreeze($value), freeze($value));
            print join("\t", unpack('H*', $portable), unpack('H*', $native), describe(thaw($portable)),
                describe(thaw($native))), "\n";
        }
    }
}
