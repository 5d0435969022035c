"""Model folders: where they are, how they are loaded, and embeddings."""
