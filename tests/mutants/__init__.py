"""Testees for tests of the kit: mutants break one requirement, legal ones keep all unusually."""
