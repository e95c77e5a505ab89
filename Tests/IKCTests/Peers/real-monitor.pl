#!/usr/bin/env perl
# A server made with the real POE::Component::IKC that prints what its monitor of * hears. Ends when its stdin does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Script;
use POE;
use POE::Component::IKC::Responder;
use POE::Component::IKC::Server;

my %option = options();
my ($kind, $place, $port) = split_address($option{address});

POE::Session->create(
    inline_states => {
        _start => sub {
            my ($kernel) = $_[KERNEL];
            POE::Component::IKC::Responder->spawn;
            $kernel->alias_set('monitor');
            $kernel->call(IKC => monitor => '*', { map { $_ => $_ } qw(register unregister channel error) });
            $kernel->select_read(\*STDIN, 'input');
        },
        input => sub {
            return if sysread STDIN, my $ignored, 4096;
            exit 0;
        },
        register   => sub { _heard('register', @_) },
        unregister => sub { _heard('unregister', @_) },
        channel    => sub { _heard("channel $_[ARG4]", @_) },
        error      => sub { _heard("error $_[ARG4]", @_) },
    },
);

sub _heard {
    my ($what, @arguments) = @_;
    my ($name, $real) = @arguments[ARG1, ARG2];
    report(heard => "$what $name" . ($real ? ' real' : ''));
}

my $chosen = POE::Component::IKC::Server->spawn(
    $kind eq 'unix' ? (unix => $place) : (ip => $place, port => $port),
    name => $option{name},
    protocol => uc $option{protocol},
);
report(listening => $kind eq 'unix' ? $option{address} : "tcp://$place:" . ($port || $chosen));
POE::Kernel->run;
