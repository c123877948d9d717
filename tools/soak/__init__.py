"""Long runs through one session and through many: what is used has to stay as it is."""
