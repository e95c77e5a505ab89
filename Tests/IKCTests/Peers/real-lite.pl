#!/usr/bin/env perl
# A client made with the real POE::Component::IKC::ClientLite. Ends after its last step.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Script;
use POE::Component::IKC::ClientLite;

my %option = (name => "Lite$$", options());
my ($kind, $place, $port) = split_address($option{address});
die "ClientLite speaks TCP only\n" if $kind eq 'unix';

my $lite = POE::Component::IKC::ClientLite->spawn(
    ip => $place,
    port => $port,
    name => $option{name},
    timeout => $option{limit},
    protocol => uc $option{protocol},
    serialiser => $option{serializer},
);
if (!$lite) {
    report(failed => POE::Component::IKC::ClientLite::error());
    exit 3;
}
report(connected => [$lite->{remote}{name} // ()]);

my %way = (
    post => sub { $lite->post(@_) },
    call => sub { $lite->call(@_) },
    list => sub { my @list = $lite->call(@_); @list ? \@list : undef },
    respond => sub { $lite->post_respond(@_) },
    wait => sub { $lite->responded(@_) },
);
for my $number (0 .. $#{ $option{do} }) {
    my ($kind, $event, $params) = @{ $option{do}[$number] };
    my $value = $way{$kind}->($event, $params);
    my $error = defined $value ? undef : $lite->error;
    report(step => $number, defined $error && length $error ? (error => "$error") : (value => $value));
}
$lite->disconnect;
report(finished => 1);
