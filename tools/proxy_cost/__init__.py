"""Measures the cost of `ws-sync proxy`."""
