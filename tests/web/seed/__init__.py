"""The examples of the first document of ws-sync, unchanged."""
