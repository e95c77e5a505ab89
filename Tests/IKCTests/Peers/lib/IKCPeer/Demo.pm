package IKCPeer::Demo;

# The handlers of session `demo` that servers publish. Each gets the parameters and a function that posts an
# event back to whoever sent this one.

use strict;
use warnings;

my $count = 0;

our %handlers = (
    echo => sub { $_[0] },
    add => sub { my $sum = 0; $sum += $_ for @{ $_[0] }; $sum },
    undef => sub { undef },
    list => sub { (1, 2, 3) },
    count => sub { $count++; undef },
    counted => sub { $count },
    big => sub { 'x' x $_[0] },
    notify => sub {
        my ($params, $back) = @_;
        my ($event, $times) = @$params;
        $back->($event, $_) for 1 .. $times;
        undef;
    },
);

1;
