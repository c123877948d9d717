"""The defects of the releases in use: proofs that they are there, and that they are not here."""
