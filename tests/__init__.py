"""Tests of the reference implementation and of the kit."""
