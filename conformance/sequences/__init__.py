"""Generated programs: drawing, running, shrinking."""
