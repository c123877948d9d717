"""The protocol without I/O: JSON, snapshots, tracked containers, events. No clock, no logging."""
