"""Events, binary pairs, concurrent edits, dialects, the client's replica, rates."""
