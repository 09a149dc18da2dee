"""Tests of the rules over packed rows: every tally is the one that `clinical` comes to."""
