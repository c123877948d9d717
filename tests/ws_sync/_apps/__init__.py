"""Tests of `ws_sync/_apps`."""
