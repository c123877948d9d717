"""Judging an application that is not a testee."""
