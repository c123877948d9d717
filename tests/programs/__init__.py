"""Programs of the three generations of users, and tests that they run."""
