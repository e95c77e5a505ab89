#!/usr/bin/env perl
# An IKC client of our own over core Perl alone. Ends after its last step.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Kernel;
use IKCPeer::Script;
use IKCPeer::Steps;

my %option = (name => "Peer$$", options());
my $kernel = IKCPeer::Kernel->new(%option);
my $steps = IKCPeer::Steps->new($kernel, $option{do});
$kernel->on(client => $_, do { my $state = $_; sub { $steps->arrived($state, $_[1]) } }) for qw(tick note);
$kernel->on(client => echo => sub { $_[1] });

my $connection = eval { $kernel->connect };
if (!$connection) {
    report(failed => $@ =~ s/\n//r);
    exit 3;
}
report(connected => [$connection->peer]);
$steps->start($connection);
$kernel->run(sub { $steps->done });
report(finished => 1);
