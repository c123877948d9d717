"""The vectors of the specification, run against everything that can run them."""
