"""Tests of `ws_sync._older`: names of programs for PyPI's ws-sync."""
