"""OpenAPI documents: load bytes, resolve and type lazily, build example values."""

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load

__all__ = ["Document", "SpecError", "load"]
