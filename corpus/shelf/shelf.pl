#!/usr/bin/env perl
# A shelf of parts: each page is a module that is loaded when it is asked for.
use strict;
use warnings;
use HTTP::Daemon;
use HTTP::Response;

$SIG{TERM} = $SIG{INT} = sub { exit 0 };
my %pages = ('/' => 'Welcome', '/parts' => 'Parts', '/sums' => 'Sums');
my $daemon = HTTP::Daemon->new(LocalPort => shift // 8086, ReuseAddr => 1) or die "cannot listen: $!";
while (my $client = $daemon->accept) {
    while (my $request = $client->get_request) {
        my $page = $pages{ $request->uri->path };
        $client->send_error(404), next unless $page;
        my $text = eval { require "Shelf/$page.pm"; "Shelf::$page"->text };
        $client->send_response(HTTP::Response->new($@ ? 500 : 200, undef, ['Content-Type' => 'text/plain'], $@ || $text));
    }
}
