"""The benchmark: `python -m tools.benchmark`."""
