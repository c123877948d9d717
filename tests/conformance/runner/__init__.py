"""Tests of `conformance/runner`."""
