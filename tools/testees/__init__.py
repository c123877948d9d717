"""Testees: applications on the contract of spec/testee.md, and their launcher."""
