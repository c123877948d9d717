"""Tests of `conformance/proxy`."""
