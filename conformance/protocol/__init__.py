"""What the specification says, as code: frames, mirror, model, legality of events."""
