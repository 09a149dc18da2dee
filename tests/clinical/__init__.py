"""Tests of the outcome rules, the benchmarks and the comparison."""
