"""Applications that come with the library: routes, the picows server, testee, demo."""
