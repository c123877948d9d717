"""Lists and dicts that record their changes."""
