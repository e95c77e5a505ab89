package IKCPeer::Real;

# The real library in the role of a peer: session `client`, which does the steps of --do against one remote
# kernel and hears of errors through the IKC monitor. Used by real-server.pl and real-client.pl.

use strict;
use warnings;
use IKCPeer::Script;
use POE;
use POE::Component::IKC::Responder;

# steps; finished: called after the last one
sub spawn {
    my ($class, %option) = @_;
    POE::Session->create(
        inline_states => {
            _start => sub {
                my ($kernel, $heap) = @_[KERNEL, HEAP];
                %$heap = (%option, next => 0, heard => '', events => { tick => [], note => [] });
                POE::Component::IKC::Responder->spawn;
                $kernel->alias_set('client');
                $kernel->call(IKC => publish => 'client', [qw(tick note echo)]);
                $kernel->call(IKC => monitor => '*', { register => 'registered', unregister => 'gone', error => 'failed' });
            },
            registered => sub {
                my ($kernel, $heap, $name, $real) = @_[KERNEL, HEAP, ARG1, ARG2];
                return unless $real;
                report(connected => [$name]);
                $heap->{remote} //= $name;
                $kernel->yield('advance') unless $heap->{started}++;
            },
            gone => sub {
                my ($name, $real) = @_[ARG1, ARG2];
                report(ended => 'closed', kernel => $name) if $real;
            },
            failed => sub {
                my ($kernel, $heap, $operation, $text) = @_[KERNEL, HEAP, ARG4, ARG5];
                return unless $operation =~ /^remote-/;
                # The monitor of * hears the same error once for each name of the kernel.
                return if $text eq $heap->{heard};
                $heap->{heard} = $text;
                return report(remote_error => $text) unless delete $heap->{calling};
                report(step => $heap->{next} - 1, error => $text);
                $kernel->delay(advance => 0.05);
            },
            advance => \&_advance,
            answered => sub {
                my ($kernel, $heap, $value) = @_[KERNEL, HEAP, ARG0];
                delete $heap->{calling};
                report(step => $heap->{next} - 1, value => $value);
                $kernel->yield('advance');
            },
            tick => sub { _arrived($_[KERNEL], $_[HEAP], tick => $_[ARG0]) },
            note => sub { _arrived($_[KERNEL], $_[HEAP], note => $_[ARG0]) },
            echo => sub { $_[ARG0] },
        },
    );
}

sub _advance {
    my ($kernel, $heap) = @_[KERNEL, HEAP];
    my $step = $heap->{steps}[$heap->{next}++];
    $heap->{heard} = '';
    return $heap->{finished} && $heap->{finished}->() unless $step;
    my ($kind, $event, $params) = @$step;
    if ($kind eq 'wait') {
        $heap->{awaited} = $event;
        return _arrived($kernel, $heap);
    }
    $event = "poe://$heap->{remote}/$event";
    if ($kind eq 'call') {
        $heap->{calling} = 1;
        $kernel->call(IKC => call => $event, $params, 'poe:answered');
    } elsif ($kind eq 'post') {
        $kernel->call(IKC => post => $event, $params);
        report(step => $heap->{next} - 1, value => 1);
        $kernel->yield('advance');
    } else {
        die "no step: $kind\n";
    }
}

sub _arrived {
    my ($kernel, $heap, $state, $value) = @_;
    push @{ $heap->{events}{$state} }, $value if $state;
    my $awaited = $heap->{awaited} or return;
    my $events = $heap->{events}{$awaited};
    return unless @$events;
    delete $heap->{awaited};
    report(step => $heap->{next} - 1, value => shift @$events);
    $kernel->yield('advance');
}

1;
