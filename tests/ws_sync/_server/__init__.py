"""Tests of `ws_sync/_server`."""
