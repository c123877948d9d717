"""Names that only programs for PyPI's `ws-sync` use; see `docs/coming-from-pypi.md`."""
