"""Tests of `conformance/reports`."""
