"""Tests of `ws_sync/_core/json`."""
