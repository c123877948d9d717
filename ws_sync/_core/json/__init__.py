"""Strict JSON: reading, writing, equality, pointers, patches, diffs, three-way merges."""
