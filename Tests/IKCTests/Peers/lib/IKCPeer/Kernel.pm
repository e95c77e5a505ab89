package IKCPeer::Kernel;

# An IKC kernel in a few lines: published states, posts, calls with rsvp, errors; one select loop.

use strict;
use warnings;
use IKCPeer::Connection;
use IKCPeer::Script;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

sub new {
    my ($class, %option) = @_;
    my $self = bless {
        %option,
        id => sprintf('peer-%08x-%08x-00000001', time, $$),
        states => {},
        waiting => {},      # state => callback of an expected answer
        connections => [],
        timers => [],
        replies => 0,
    }, $class;
    return $self;
}

sub id { $_[0]{id} }

# Publishes `state` of `session`. The handler gets the kernel, the parameters and the message; a list that it
# returns is the answer to a call. Like Perl's own peer, a call whose handler returns undef gets no answer.
sub on {
    my ($self, $session, $state, $handler) = @_;
    $self->{states}{$session}{$state} = $handler;
}

sub listen {
    my ($self) = @_;
    my ($kind, $place, $port) = split_address($self->{address});
    my $listener = $kind eq 'unix'
        ? IO::Socket::UNIX->new(Local => $place, Listen => 64)
        : IO::Socket::INET->new(LocalAddr => $place, LocalPort => $port, Listen => 64, ReuseAddr => 1);
    $listener or die "cannot listen on $self->{address}: $!\n";
    $self->{listener} = $listener;
    return $kind eq 'unix' ? $self->{address} : 'tcp://' . $listener->sockhost . ':' . $listener->sockport;
}

sub connect {
    my ($self) = @_;
    my ($kind, $place, $port) = split_address($self->{address});
    my $socket = $kind eq 'unix'
        ? IO::Socket::UNIX->new(Peer => $place)
        : IO::Socket::INET->new(PeerAddr => $place, PeerPort => $port);
    $socket or die "cannot connect to $self->{address}: $!\n";
    return $self->_attach($socket, 'client');
}

sub _attach {
    my ($self, $socket, $role) = @_;
    my $connection = IKCPeer::Connection->new(
        socket => $socket,
        role => $role,
        protocol => $self->{protocol},
        names => [$self->_names($socket, $role)],
    )->negotiate;
    push @{ $self->{connections} }, $connection;
    return $connection;
}

sub _names {
    my ($self, $socket, $role) = @_;
    my $address;
    if ($socket->isa('IO::Socket::UNIX')) {
        my (undef, $path) = split_address($self->{address});
        $path =~ s/[^A-Za-z0-9_.:-]+/_/g;
        $address = "unix:$path" . ($role eq 'client' ? ":$$-" . fileno $socket : '');
    } else {
        $address = $socket->sockhost . ':' . $socket->sockport;
    }
    return ($self->{id}, $self->{name} // (), @{ $self->{alias} }, $address);
}

sub post {
    my ($self, $connection, $event, $params, %more) = @_;
    $connection->write_message({ event => $event, params => $params, %more });
}

# Calls `event`; the callback gets the value, or undef and the text of an error.
sub call {
    my ($self, $connection, $event, $params, $callback, %more) = @_;
    my $state = 'reply' . ++$self->{replies};
    $self->{waiting}{$state} = $callback;
    my $rsvp = { kernel => $self->{name} // $self->{id}, session => 'IKC', state => $state };
    $self->post($connection, $event, $params, rsvp => $rsvp, %more);
    return $rsvp;
}

# Posts with the rsvp among the parameters, as ClientLite's post_respond does.
sub post_respond {
    my ($self, $connection, $event, $params, $callback) = @_;
    my $state = 'reply' . ++$self->{replies};
    $self->{waiting}{$state} = $callback;
    $self->post($connection, $event, [$params, { kernel => $self->{name} // $self->{id}, session => 'IKC', state => $state }]);
}

# Serves until `done` returns true, or the last connection of a client ends, or (with a listener) stdin ends.
sub run {
    my ($self, $done) = @_;
    until ($done->()) {
        last unless $self->{listener} || @{ $self->{connections} };
        my $select = IO::Select->new(map { $_->socket } @{ $self->{connections} });
        $select->add($self->{listener}, \*STDIN) if $self->{listener};
        my $ready = { map { fileno($_) => 1 } $select->can_read($self->_until_next_timer) };
        $self->_run_timers;
        if ($self->{listener}) {
            return if $ready->{ fileno STDIN } && !sysread STDIN, my $ignored, 4096;
            $self->_accept if $ready->{ fileno $self->{listener} };
        }
        for my $connection (@{ $self->{connections} }) {
            next unless $ready->{ fileno $connection->socket };
            $self->_receive($connection);
        }
        @{ $self->{connections} } = grep { $_->socket->opened } @{ $self->{connections} };
    }
}

sub after {
    my ($self, $seconds, $action) = @_;
    push @{ $self->{timers} }, [time + $seconds, $action];
}

sub _until_next_timer {
    my ($self) = @_;
    my ($next) = sort { $a <=> $b } map { $_->[0] } @{ $self->{timers} };
    return unless defined $next;
    return $next > time ? $next - time : 0;
}

sub _run_timers {
    my ($self) = @_;
    my $now = time;
    my @due = grep { $_->[0] <= $now } @{ $self->{timers} };
    @{ $self->{timers} } = grep { $_->[0] > $now } @{ $self->{timers} };
    $_->[1]->() for sort { $a->[0] <=> $b->[0] } @due;
}

sub _accept {
    my ($self) = @_;
    my $socket = $self->{listener}->accept or return;
    my $connection = eval { $self->_attach($socket, 'server') };
    if (!$connection) {
        report(ended => $@ =~ s/\n//r);
        return close $socket;
    }
    report(connected => [$connection->peer]);
    $self->{connected}->($connection) if $self->{connected};
}

sub _receive {
    my ($self, $connection) = @_;
    my $open = eval {
        my $count = $connection->fill;
        while (my $message = $connection->message) {
            $self->_dispatch($connection, $message);
        }
        $count;
    };
    return if $open;
    report(ended => $@ ? $@ =~ s/\n//r : 'closed');
    close $connection->socket;
}

sub _dispatch {
    my ($self, $connection, $message) = @_;
    my $to = _specifier($message->{event});
    my ($session, $state) = @$to{qw(session state)};
    my $params = $message->{params};

    if ($message->{is_error}) {
        my $text = ref $params eq 'ARRAY' ? $params->[0] : $params;
        my ($oldest) = sort { substr($a, 5) <=> substr($b, 5) } keys %{ $self->{waiting} };
        return (delete $self->{waiting}{$oldest})->(undef, $text) if defined $oldest;
        return report(remote_error => $text, when => ref $params eq 'ARRAY' ? $params->[2] : undef);
    }
    if ($session eq 'IKC' && exists $self->{waiting}{$state}) {
        return (delete $self->{waiting}{$state})->($params, undef);
    }

    ($state, $params) = ($params->[0], $params->[1][0]) if $state eq 'IKC:proxy' && ref $params eq 'ARRAY';
    my $published = $self->{states}{$session};
    return $self->_refuse($connection, $message, $to, "Session '$session' is not available for remote kernels.")
        unless $published;
    my $handler = $published->{$state};
    return $self->_refuse($connection, $message, $to, "Session '$session' has not published state '$state'.")
        unless $handler;

    my @answer = $handler->($self, $params, $message, $connection);
    return unless $message->{rsvp};
    if ($message->{wantarray}) {
        $self->post($connection, $message->{rsvp}, \@answer) if @answer;
    } elsif (defined $answer[-1]) {
        $self->post($connection, $message->{rsvp}, $answer[-1]);
    }
}

sub _refuse {
    my ($self, $connection, $message, $to, $text) = @_;
    my $request = 'poe:' . join '/', map { length $to->{$_} ? $to->{$_} : () } qw(kernel session state);
    $request =~ s{^poe:}{poe://} if length $to->{kernel};
    my ($canonical) = $connection->peer;
    $self->post(
        $connection,
        { kernel => $canonical, session => 'IKC', state => 'remote_error' },
        ["$text  Request $request", $to->{kernel}, 'check'],
        is_error => 1,
    );
}

# kernel, session and state of a specifier, as text or hash; missing parts are empty.
sub _specifier {
    my ($event) = @_;
    my %part = (kernel => '', session => '', state => '');
    if (ref $event eq 'HASH') {
        defined $event->{$_} and $part{$_} = $event->{$_} for keys %part;
    } elsif (defined $event && !ref $event) {
        $event =~ s/\?.*//s;
        $event =~ s/^poe://;
        $part{kernel} = $1 if $event =~ s{^//([^/]*)/?}{};
        $event =~ s{^/}{};
        my @rest = split m{/}, $event;
        $part{state} = pop @rest // '';
        $part{session} = pop @rest // '';
    }
    return \%part;
}

1;
