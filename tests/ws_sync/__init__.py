"""Tests of `ws_sync`, one file for each module."""
