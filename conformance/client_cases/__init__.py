"""The cases of client mode, a module for each section of the specification."""
