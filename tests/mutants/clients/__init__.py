"""Clients that are wrong on purpose, or odd: `python -m tests.mutants.clients NAME URL`."""
