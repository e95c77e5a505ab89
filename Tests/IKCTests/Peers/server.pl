#!/usr/bin/env perl
# An IKC server of our own over core Perl alone. Ends when its stdin does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Demo;
use IKCPeer::Kernel;
use IKCPeer::Script;
use IKCPeer::Steps;

my %option = options();
my $kernel = IKCPeer::Kernel->new(%option);
my $steps = IKCPeer::Steps->new($kernel, $option{do});
$kernel->{connected} = sub { $steps->start(@_) } if @{ $option{do} };

for my $state (keys %IKCPeer::Demo::handlers) {
    my $handler = $IKCPeer::Demo::handlers{$state};
    $kernel->on(demo => $state, sub {
        my (undef, $params, $message, $connection) = @_;
        my $back = sub {
            my ($event, @params) = @_;
            my $from = $message->{from} or return;
            $kernel->post($connection, { %$from, state => $event }, \@params) if !$from->{state};
            $kernel->post($connection, $from, [$event, \@params]) if $from->{state};
        };
        $handler->($params, $back);
    });
}
$kernel->on(demo => reply_to => sub {
    my (undef, $params, undef, $connection) = @_;
    $kernel->post($connection, $params->[1], $params->[0]);
    return;
});
$kernel->on(demo => sleep => sub {
    my (undef, $params, $message, $connection) = @_;
    my $rsvp = delete $message->{rsvp} or return;
    $kernel->after($params / 1000, sub { $kernel->post($connection, $rsvp, $params) });
    return;
});
$kernel->on(demo => whoami => sub { my ($name) = reverse grep { !/:/ } $_[3]->peer; $name });
$kernel->on(IKC => ping => sub { 'PONG' });
$kernel->on(client => $_, do { my $state = $_; sub { $steps->arrived($state, $_[1]) } }) for qw(tick note);

report(listening => $kernel->listen);
$kernel->run(sub { 0 });
unlink $1 if $option{address} =~ /^unix:(.+)/;
