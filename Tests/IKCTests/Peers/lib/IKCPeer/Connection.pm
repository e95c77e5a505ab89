package IKCPeer::Connection;

# One IKC connection with blocking reads: negotiation in both roles and both protocols, then frames.

use strict;
use warnings;
use Storable ();

my $limit_of_line = 65536;

# socket, role (server or client), protocol (ikc or ikc0), names (the kernel's id first)
sub new {
    my ($class, %self) = @_;
    binmode $self{socket};
    return bless { %self, buffer => '', peer => [] }, $class;
}

sub socket { $_[0]{socket} }

# What the peer calls itself; the first name is its kernel id.
sub peer { @{ $_[0]{peer} } }

sub negotiate {
    my ($self) = @_;
    $self->{role} eq 'server' ? $self->_negotiate_as_server : $self->_negotiate_as_client;
    return $self;
}

sub _negotiate_as_server {
    my ($self) = @_;
    while (1) {
        my $line = $self->_line;
        return $self->_classic_server if $line eq 'HELLO';
        if ($line =~ /^SETUP ./ && $self->{protocol} eq 'ikc0' && $self->_take_setup($line)) {
            return $self->_send($self->_setup);
        }
        $self->_send('NOT') if $line =~ /^(SETUP|HELLO) /;
    }
}

sub _negotiate_as_client {
    my ($self) = @_;
    return $self->_classic_client if $self->{protocol} eq 'ikc';
    $self->_send($self->_setup);
    my $line = $self->_line;
    return $self->_classic_client if $line eq 'NOT';
    $self->_take_setup($line) or die "no SETUP: $line\n";
}

sub _setup {
    my ($self) = @_;
    return 'SETUP KERNEL=' . join(',', @{ $self->{names} }) . ";FREEZER=Storable;PID=$$";
}

sub _take_setup {
    my ($self, $line) = @_;
    my (@names, $storable);
    for my $part (split /;/, substr $line, length 'SETUP ') {
        if ($part =~ /^KERNEL=(.+)/) { push @names, split /,/, $1 }
        elsif ($part =~ /^FREEZER=(.+)/) { $storable = grep { $_ eq 'Storable' } split /,/, $1 }
        elsif ($part !~ /^PID=\d+$/) { return }
    }
    return unless @names && $storable;
    $self->{peer} = \@names;
}

# The classic dialogue names the id first, the other names from the last to the first.
sub _names_in_classic_order {
    my ($self) = @_;
    my ($id, @names) = @{ $self->{names} };
    return ($id, reverse @names);
}

sub _classic_server {
    my ($self) = @_;
    for my $name ($self->_names_in_classic_order) {
        $self->_send("IAM $name");
        $self->_expect('OK');
    }
    $self->_send('DONE');
    while ((my $line = $self->_line) ne 'DONE') {
        $self->_take_name($line);
    }
    while ((my $line = $self->_line) ne 'WORLD') {
        $self->_send($line eq 'FREEZER Storable' ? 'OK' : 'NOT');
    }
    $self->_send('UP');
}

sub _classic_client {
    my ($self) = @_;
    $self->_send('HELLO');
    while ((my $line = $self->_line) ne 'DONE') {
        $self->_take_name($line);
    }
    for my $name ($self->_names_in_classic_order) {
        $self->_send("IAM $name");
        $self->_expect('OK');
    }
    $self->_send('DONE', 'FREEZER Storable');
    $self->_expect('OK');
    $self->_send('WORLD');
    $self->_expect('UP');
}

sub _take_name {
    my ($self, $line) = @_;
    my ($name) = $line =~ /^IAM\s+([A-Za-z0-9_.:-]+)$/ or die "no name: $line\n";
    push @{ $self->{peer} }, $name;
    $self->_send('OK');
}

sub _expect {
    my ($self, $word) = @_;
    my $line = $self->_line;
    die "$line in place of $word\n" unless $line eq $word;
}

sub _send {
    my ($self, @lines) = @_;
    $self->_write(join '', map { "$_\r\n" } @lines);
}

sub _line {
    my ($self) = @_;
    while (1) {
        return $1 if $self->{buffer} =~ s/^([^\r\n]*)\r\n//;
        die "line too long\n" if length $self->{buffer} > $limit_of_line;
        $self->fill or die "closed in the negotiation\n";
    }
}

# Reads once; false at the end of the connection.
sub fill {
    my ($self) = @_;
    my $count = sysread $self->{socket}, $self->{buffer}, 1 << 18, length $self->{buffer};
    die "read: $!\n" unless defined $count;
    return $count;
}

# The next message that has arrived completely, or undef.
sub message {
    my ($self) = @_;
    my $buffer = \$self->{buffer};
    return unless length $$buffer;
    $$buffer =~ /^(\d{1,9})(\0?)/ or die "no frame\n";
    return unless length $2 && length $$buffer >= length($1) + 1 + $1;
    my $length = $1;
    my $body = substr $$buffer, length($length) + 1, $length;
    substr($$buffer, 0, length($length) + 1 + $length) = '';
    my $message = Storable::thaw($body);
    ref $message eq 'HASH' or die "a message that is no hash\n";
    return $message;
}

sub write_message {
    my ($self, $message) = @_;
    my $body = Storable::nfreeze($message);
    $self->_write(length($body) . "\0" . $body);
}

sub _write {
    my ($self, $bytes) = @_;
    my $offset = 0;
    while ($offset < length $bytes) {
        my $count = syswrite $self->{socket}, $bytes, length($bytes) - $offset, $offset;
        die "write: $!\n" unless defined $count;
        $offset += $count;
    }
}

1;
