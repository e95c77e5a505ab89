#!/usr/bin/env perl
# A channel of the real POE::Component::IKC over a connected socket, which is its stdin. The address is unix:client or
# unix:server, the role that it takes. Publishes demo/double.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Script;
use POE;
use POE::Component::IKC::Channel;
use POE::Component::IKC::Responder;

my %option = options();
my (undef, $role) = split_address($option{address});
open my $handle, '+<&', \*STDIN or die "no socket: $!\n";

POE::Component::IKC::Responder->spawn;
POE::Session->create(
    inline_states => {
        _start => sub {
            my ($kernel) = $_[KERNEL];
            $kernel->alias_set('demo');
            $kernel->call(IKC => publish => 'demo', ['double']);
            $kernel->call(IKC => register_local => [$option{name}]);
            POE::Component::IKC::Channel->spawn(
                handle => $handle,
                name => $option{name},
                unix => 'pair',
                aliases => [],
                protocol => uc $option{protocol},
                $role eq 'client' ? (client => 1, serializers => ['Storable'], on_connect => sub { }) : (),
            );
        },
        double => sub { 2 * $_[ARG0] },
    },
);
POE::Kernel->run;
