"""The output of a run in a terminal."""
