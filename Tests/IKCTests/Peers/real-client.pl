#!/usr/bin/env perl
# A full client made with the real POE::Component::IKC. Ends after its last step.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IKCPeer::Script;
use IKCPeer::Real;
use POE;
use POE::Component::IKC::Client;

my %option = (name => "Real$$", options());
my ($kind, $place, $port) = split_address($option{address});

IKCPeer::Real->spawn(
    steps => $option{do},
    finished => sub {
        report(finished => 1);
        $poe_kernel->signal($poe_kernel, 'KILL');
    },
);
POE::Component::IKC::Client->spawn(
    $kind eq 'unix' ? (unix => $place) : (ip => $place, port => $port),
    name => $option{name},
    aliases => $option{alias},
    protocol => uc $option{protocol},
    serializers => [$option{serializer}],
    on_error => sub {
        report(failed => join ' ', @_);
        exit 3;
    },
);
POE::Kernel->run;
