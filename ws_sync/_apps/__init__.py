"""Applications of the library: the testee, the demo, and the servers that serve them."""
