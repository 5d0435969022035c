"""From unique operations to a released dataset: duplicates, quality, splits, leaks, samples."""
