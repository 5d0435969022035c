"""OpenAPI documents: load bytes, resolve and type lazily, build example values."""
