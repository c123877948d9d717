"""Fuzzing of the library: inputs that nobody thought of, and what must hold for all of them."""
