"""Fuzzing of the library: random inputs, and properties that must hold for all of them."""
