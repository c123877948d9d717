"""Tests of `conformance/client_mode`."""
