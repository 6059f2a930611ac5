#!/usr/bin/perl
# Stands for curl where there is none, as on a clean Debian, which has a small Perl: as much of it as a first boot asks for.
use strict;
use warnings;
use IO::Socket::INET;

sub fail {
    my ($code, $words) = @_;
    print STDERR "curl: ($code) $words\n";
    exit $code;
}

sub content {
    my ($path) = @_;
    open my $file, '<:raw', $path or fail(26, "cannot read $path: $!");
    local $/;
    return scalar <$file>;
}

my ($method, $body, $place) = ('GET', '', '/dev/null');
while (defined(my $word = shift @ARGV)) {
    if ($word eq '-X') { $method = shift @ARGV }
    elsif ($word eq '-o') { $place = shift @ARGV }
    elsif ($word eq '--data-binary') { $body = content(substr shift @ARGV, 1) }
    elsif ($word =~ /^(?:-K|-m|--(?:noproxy|connect-timeout|speed-limit|speed-time))$/) { shift @ARGV }
    elsif ($word !~ /^-[sSfL]+$/) { fail(2, "this stand-in does not know $word") }
}
my ($address, @headers) = ('');
while (my $line = <STDIN>) {
    $address = $1 if $line =~ /^url = "(.*)"$/;
    push @headers, $1 if $line =~ /^header = "(.*)"$/;
}
my ($host, $port, $path) = $address =~ m{^http://([^:/]+):?(\d*)(/.*)?$} or fail(3, "not an address of HTTP");
$port ||= 80;
my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 15)
    or fail(7, "Failed to connect to $host port $port: $!");
binmode $socket;
print $socket join "\r\n", "$method " . ($path || '/') . ' HTTP/1.1', "Host: $host:$port", 'Connection: close',
    'Content-Length: ' . length $body, @headers, '', $body;
my $answer = do { local $/; <$socket> };
my ($head, $rest) = split /\r\n\r\n/, $answer // '', 2;
my ($status) = ($head // '') =~ m{^HTTP/1\.[01] (\d+)} or fail(52, 'Empty reply from server');
fail(22, "The requested URL returned error: $status") if $status >= 400;
open my $file, '>:raw', $place or fail(23, "cannot write $place: $!");
print $file $rest // '';
close $file or fail(23, "cannot write $place: $!");
