"""Tests of `conformance/blackbox`."""
