"""Benchmarks as ratios: two ways of the same work, in turn, in one process; a wall time alone says nothing here."""
