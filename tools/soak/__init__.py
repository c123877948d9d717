"""Long runs through one session and through many: memory use must not grow."""
