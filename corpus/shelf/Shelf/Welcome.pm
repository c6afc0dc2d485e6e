package Shelf::Welcome;
use strict;
use warnings;
sub text { "shelf\n" }
1;
