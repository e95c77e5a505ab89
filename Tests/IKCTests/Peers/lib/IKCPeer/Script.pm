package IKCPeer::Script;

# What all peer scripts share: options, JSON lines on stdout, sockets, an end by themselves.
#
#   SCRIPT ADDRESS [--protocol ikc|ikc0] [--name NAME] [--alias NAME]... [--limit SECONDS] [--do JSON]
#          [--serializer PACKAGE]   (clients of the real library only)
#
# ADDRESS is tcp://HOST:PORT or unix:PATH. --do is a list of steps, done in order once a kernel is connected:
#   ["post", SPEC, VALUE]     ["call", SPEC, VALUE]     ["list", SPEC, VALUE]  (a call in list context)
#   ["respond", SPEC, VALUE]  (post_respond)            ["wait", STATE]        (an event for client/STATE)
# SPEC is session/state. Each step prints one line: {"step":N, "value":...} or {"step":N, "error":"..."}.

use strict;
use warnings;
use Exporter 'import';
use Getopt::Long;
use IO::Handle;
use JSON::PP;

our @EXPORT = qw(options report split_address);

my $json = JSON::PP->new->utf8->canonical->allow_nonref->allow_blessed;

sub options {
    my %option = (protocol => 'ikc0', limit => 60, serializer => 'Storable', alias => [], do => '[]');
    GetOptions(\%option, 'protocol=s', 'name=s', 'alias=s@', 'limit=i', 'do=s', 'serializer=s') && @ARGV == 1
        or die "usage: $0 ADDRESS [--protocol ikc|ikc0] [--name NAME] [--alias NAME]... [--limit SECONDS] [--do JSON]\n";
    $option{address} = shift @ARGV;
    $option{do} = $json->decode($option{do});
    $SIG{ALRM} = sub {
        report(failed => "nothing more happened for $option{limit} seconds");
        exit 4;
    };
    alarm $option{limit};
    STDOUT->autoflush(1);
    return %option;
}

# Prints one JSON object on a line of its own.
sub report {
    my (%fields) = @_;
    print $json->encode(\%fields), "\n";
}

# ('tcp', HOST, PORT) or ('unix', PATH)
sub split_address {
    my ($address) = @_;
    return ('unix', $1) if $address =~ m{^unix:(.+)$};
    return ('tcp', $1, $2) if $address =~ m{^tcp://\[?([^\]]*?)\]?:(\d+)$};
    die "no address: $address\n";
}

1;
