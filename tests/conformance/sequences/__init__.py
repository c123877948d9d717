"""Tests of `conformance/sequences`."""
