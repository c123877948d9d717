"""The conformance kit of ws-sync."""
