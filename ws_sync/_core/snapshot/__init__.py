"""What the peer holds of a document, and the difference to its present value."""
