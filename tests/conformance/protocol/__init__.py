"""Tests of `conformance/protocol`."""
