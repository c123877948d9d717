"""Tests of `conformance/replay`."""
