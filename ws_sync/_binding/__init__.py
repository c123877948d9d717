"""Conversion of Python objects to JSON and back by pydantic: attributes, arguments, writes."""
