"""apipack: OpenAPI specifications to instruction/API-call pairs, tuned code LLMs, and how they generalise."""
