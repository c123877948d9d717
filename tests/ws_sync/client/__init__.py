"""Tests of `ws_sync/client`."""
