"""Few-shot examples: which ones, in which order, and how good the order is."""
