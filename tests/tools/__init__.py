"""Tests of the developer commands."""
