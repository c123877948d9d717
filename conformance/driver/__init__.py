"""Connections to the side under test: they are opened, recorded, judged and closed here.

Each function that waits for an event or demands a fact raises `Violation` if the side under test
does not meet it. Its argument `requirement` is the id of the broken requirement; None is that of
the case. Only other exceptions, and violations of a fixed requirement, are listed.
"""
