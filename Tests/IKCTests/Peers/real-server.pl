#!/usr/bin/env perl
# A server made with the real POE::Component::IKC. Ends when its stdin does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Demo;
use IKCPeer::Script;
use IKCPeer::Real;
use POE;
use POE::Component::IKC::Server;

my %option = options();
my ($kind, $place, $port) = split_address($option{address});

IKCPeer::Real->spawn(steps => $option{do});

POE::Session->create(
    inline_states => {
        _start => sub {
            my ($kernel, $heap) = @_[KERNEL, HEAP];
            $kernel->alias_set('demo');
            $kernel->call(IKC => publish => 'demo', [keys %IKCPeer::Demo::handlers, 'reply_to', 'code']);
            $kernel->select_read(\*STDIN, 'input');
        },
        reply_to => sub {
            my ($kernel, $params) = @_[KERNEL, ARG0];
            $kernel->post(IKC => post => $params->[1], $params->[0]);
            return;
        },
        # Storable refuses to write it, which ends this process; the text formats write it.
        code => sub { return { run => sub { 1 } } },
        input => sub {
            return if sysread STDIN, my $ignored, 4096;
            unlink $place if $kind eq 'unix';
            exit 0;
        },
        map { _handler($_) } keys %IKCPeer::Demo::handlers,
    },
);

# The shared handler of that name, as a POE state: posts back through the proxy session of the sender.
sub _handler {
    my ($state) = @_;
    my $handler = $IKCPeer::Demo::handlers{$state};
    return $state => sub {
        my ($kernel, $sender, $params) = @_[KERNEL, SENDER, ARG0];
        return $handler->($params, sub { $kernel->post($sender, @_) });
    };
}

my $chosen = POE::Component::IKC::Server->spawn(
    $kind eq 'unix' ? (unix => $place) : (ip => $place, port => $port),
    $option{name} ? (name => $option{name}) : (),
    aliases => $option{alias},
    protocol => uc $option{protocol},
    on_error => sub {
        report(failed => join ' ', @_);
        exit 3;
    },
);
report(listening => $kind eq 'unix' ? $option{address} : "tcp://$place:" . ($port || $chosen));
POE::Kernel->run;
