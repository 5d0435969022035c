"""Running a language model: backends, batched decoding, the store of what was generated."""
