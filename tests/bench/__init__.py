"""Tests of what bench/ computes; what it measures depends on the machine and is not tested."""
