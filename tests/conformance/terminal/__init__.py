"""Tests of `conformance/terminal`."""
