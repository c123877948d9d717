"""Tests of `ws_sync._binding.write`."""
