"""Servers that are wrong in one rule, and odd ones that are right: proof that the kit judges."""
