package Shelf::Parts;
use strict;
use warnings;
use DBI;
use JSON::PP;

sub text {
    my $parts = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', { RaiseError => 1 });
    $parts->do('create table part (name text, count integer)');
    $parts->do('insert into part values (?, ?)', undef, 'bolt', 12);
    return JSON::PP->new->canonical->encode($parts->selectall_arrayref('select * from part', { Slice => {} }));
}
1;
