"""Which rows share a part file, and what works on the parts: local processes or a Ray cluster."""
