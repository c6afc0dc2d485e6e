"""Readings, kept in a database that lives as long as a request."""

import sqlite3


def average(values):
    with sqlite3.connect(":memory:") as database:
        database.execute("create table reading (value real)")
        database.executemany("insert into reading values (?)", [(value,) for value in values])
        return database.execute("select avg(value) from reading").fetchone()[0]
