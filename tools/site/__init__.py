"""How the specification's pages become a web site; `tools/build_site.py` is the command."""
