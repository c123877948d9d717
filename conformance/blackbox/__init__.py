"""Judges any application that serves no testee."""
