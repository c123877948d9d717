"""The vectors of the specification, run against the reference, the kit and its libraries."""
