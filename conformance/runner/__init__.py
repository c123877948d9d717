"""The run: options, selection, probing, cases, verdicts, hints."""
