"""Connections to the testee: opening, recording, expecting, closing."""
