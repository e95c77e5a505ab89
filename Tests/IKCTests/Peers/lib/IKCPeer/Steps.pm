package IKCPeer::Steps;

# Does the steps of --do one after the other over a connection of an IKCPeer::Kernel.

use strict;
use warnings;
use IKCPeer::Script;

sub new {
    my ($class, $kernel, $steps) = @_;
    return bless { kernel => $kernel, steps => $steps, next => 0, events => {}, awaited => undef }, $class;
}

sub done { $_[0]{finished} }

sub start {
    my ($self, $connection) = @_;
    $self->{connection} = $connection;
    $self->_advance;
}

# Hands over an event that came for client/`state`.
sub arrived {
    my ($self, $state, $params) = @_;
    push @{ $self->{events}{$state} }, $params;
    $self->_take if defined $self->{awaited};
    return;
}

sub _advance {
    my ($self) = @_;
    my $number = $self->{next}++;
    my $step = $self->{steps}[$number];
    return $self->{finished} = 1 unless $step;
    my ($kind, $event, $params) = @$step;

    my $answered = sub {
        my ($value, $error) = @_;
        report(step => $number, defined $error ? (error => $error) : (value => $value));
        $self->_advance;
    };
    my ($kernel, $connection) = @$self{qw(kernel connection)};
    if ($kind eq 'wait') {
        $self->{awaited} = $event;
        return $self->_take;
    }
    my ($to) = $connection->peer;
    $event = "poe://$to/$event";
    if ($kind eq 'post') {
        $kernel->post($connection, $event, $params, from => { kernel => $kernel->id, session => 'client', state => 'IKC:proxy' });
        $answered->(1);
    }
    elsif ($kind eq 'call') { $kernel->call($connection, $event, $params, $answered) }
    elsif ($kind eq 'list') { $kernel->call($connection, $event, $params, $answered, wantarray => 1) }
    elsif ($kind eq 'respond') { $kernel->post_respond($connection, $event, $params, $answered) }
    else { die "no step: $kind\n" }
}

sub _take {
    my ($self) = @_;
    my $events = $self->{events}{ $self->{awaited} };
    return unless $events && @$events;
    $self->{awaited} = undef;
    report(step => $self->{next} - 1, value => shift @$events);
    $self->_advance;
}

1;
