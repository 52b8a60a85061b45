"""Check files: lint and duplicates together, exceptions, baselines, and fixes in place."""
