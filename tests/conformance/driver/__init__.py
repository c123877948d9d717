"""Tests of `conformance/driver`."""
