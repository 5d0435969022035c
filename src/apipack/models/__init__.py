"""Model folders: where they are, how they are loaded; embeddings, and the store of what models computed."""
