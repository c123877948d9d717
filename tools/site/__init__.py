"""Builds the web site of the specification; `tools/build_site.py` is the command."""
