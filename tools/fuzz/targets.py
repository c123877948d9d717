"""All targets by their names."""

from __future__ import annotations

from tools.fuzz import codec, documents, patches, sessions, writes

TARGETS = codec.TARGETS | patches.TARGETS | documents.TARGETS | sessions.TARGETS | writes.TARGETS
