#!/usr/bin/env perl
# Proxies of the real POE::Component::IKC. Called PerlServer it serves demo/many, which posts its arguments back to
# their sender; else it subscribes to SwiftServer's demo and posts there through the proxy session.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Script;
use POE;
use POE::Component::IKC::Client;
use POE::Component::IKC::Server;

my %option = options();
my ($kind, $place, $port) = split_address($option{address});
my $is_server = ($option{name} // '') eq 'PerlServer';
my @common = (
    $kind eq 'unix' ? (unix => $place) : (ip => $place, port => $port),
    name => $option{name},
    protocol => uc $option{protocol},
    on_error => sub { report(failed => join ' ', @_); exit 3 },
);

POE::Session->create(
    inline_states => {
        _start => sub {
            my $kernel = $_[KERNEL];
            $kernel->alias_set($is_server ? 'demo' : 'client');
            POE::Component::IKC::Responder->spawn;
            $kernel->call(IKC => publish => $is_server ? 'demo' : 'client', ['many']);
            $kernel->select_read(\*STDIN, 'input') if $is_server;
        },
        input => sub { exit 0 unless sysread STDIN, my $ignored, 4096 },
        connect => sub {
            $_[KERNEL]->post(IKC => subscribe => ['poe://SwiftServer/demo', 'poe://SwiftServer/nosuch'], 'subscribed');
        },
        subscribed => sub {
            report(value => $_[ARG0]);
            $_[KERNEL]->post('poe://SwiftServer/demo', 'many', 'a', 2, [3]);
        },
        many => sub {
            my ($kernel, $sender, @arguments) = @_[KERNEL, SENDER, ARG0 .. $#_];
            report(value => \@arguments);
            $kernel->post($sender, 'many', @arguments) if $is_server;
            return;
        },
    },
);

if ($is_server) {
    my $chosen = POE::Component::IKC::Server->spawn(@common);
    report(listening => $kind eq 'unix' ? $option{address} : "tcp://$place:" . ($port || $chosen));
} else {
    POE::Component::IKC::Client->spawn(@common, on_connect => sub { $poe_kernel->post(client => 'connect') });
}
POE::Kernel->run;
