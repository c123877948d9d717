"""The specification as code: frames, schemas, legality, the testee contract and its model."""
