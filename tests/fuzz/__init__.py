"""Tests of `tools/fuzz`, and a short run of it."""
