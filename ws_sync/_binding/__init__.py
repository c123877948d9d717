"""Python objects to JSON and back, by pydantic: attributes, arguments, client writes."""
