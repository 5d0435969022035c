"""PHP: what stands in a lowered program for what has no name of its own."""

APPEND = "append"
"""The key of `$list[]`."""
SERIALIZED = "implements JsonSerializable"
"""A member of classes that say themselves what their JSON is."""
CALLED = "()"
"""Ends the name of a method, which a property may have too."""
