"""Inputs that an attacker would choose, and what they cost the server."""
