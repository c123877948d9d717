"""Tests of the pages in `docs`, and of the programs that they show."""
