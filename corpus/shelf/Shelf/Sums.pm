package Shelf::Sums;
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Time::Piece;
use Encode qw(encode);

sub text { sha256_hex(encode('UTF-16LE', "b\x{f6}lt")) . ' ' . gmtime(0)->strftime('%Y') . "\n" }
1;
