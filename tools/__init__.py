"""Commands for the developers of this project; each is small and stands alone."""
