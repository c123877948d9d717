"""The reference implementation of ws-sync."""
