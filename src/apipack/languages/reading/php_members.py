"""PHP: members of a class, those of the traits that it uses among them."""

from __future__ import annotations

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, refuse, source
from apipack.languages.reading.php_names import CALLED


def members_of(node: Node, depth: int = 0) -> list[Node]:
    """Members of a class or trait; what it has itself takes the place of what a trait has, and stands behind it."""
    own: list[Node] = []
    used: list[Node] = []
    for member in named(field(node, "body")):
        if member.type != "use_declaration":
            own.append(member)
            continue
        if depth > 3 or any(part.type != "name" for part in named(member)):
            raise refuse(member)
        used += [inner for name in named(member) for inner in members_of(_trait(member, source(name)), depth + 1)]
    taken = set(map(_method, own)) - {""}
    others = [member for member in used if _method(member) not in taken]
    methods = [name for member in others if (name := _method(member))]
    if len(set(methods)) != len(methods):
        raise refuse(node)
    return [*others, *own]


def _method(member: Node) -> str:
    return source(field(member, "name")).lower() if member.type == "method_declaration" else ""


def method_name(name: Node) -> str:
    """A method's name, which a property may have too; those of the language are as they stand."""
    return source(name) if source(name).startswith("__") else f"{source(name)}{CALLED}"


def scope_of(call: Node) -> p.Expression:
    """What stands before `::`: a class, or the object as one of the class that its own extends."""
    name = source(field(call, "scope"))
    if name != "parent":
        return p.Name(f"class {name.lstrip(chr(92))}")
    owner = call.parent
    while owner is not None and owner.type != "class_declaration":
        owner = owner.parent
    if owner is None:
        raise refuse(call)
    return p.call("super of", p.Name("$this"), p.Name(f"class {source(field(owner, 'name'))}"))


def is_abstract(member: Node) -> bool:
    """Whether a member says of a method only that classes below have it."""
    return member.type == "method_declaration" and member.child_by_field_name("body") is None


def _trait(node: Node, name: str) -> Node:
    root = node
    while root.parent is not None:
        root = root.parent
    traits = [part for part in descendants(root) if part.type == "trait_declaration"]
    found = [trait for trait in traits if source(field(trait, "name")) == name]
    if len(found) != 1:
        raise refuse(node)
    return found[0]
