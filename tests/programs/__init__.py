"""Programs of the three generations of users, and the proof that they run."""
