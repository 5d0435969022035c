"""A program as a small tree that all languages are lowered to: what `evaluation` runs.

Names are those of the snippet; a name of the language itself (a built-in, a module) is looked up in its dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Const:
    """A literal. value: text, bytes, number, truth value or None."""

    value: object


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Parts that are turned into text and joined: an interpolated string."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional:
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Items:
    """A list. A `Spread` among the items stands for its members."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping. A pair whose key is None spreads its value."""

    pairs: tuple[tuple[Expression | None, Expression], ...]


@dataclass(frozen=True, slots=True)
class Spread:
    value: Expression


@dataclass(frozen=True, slots=True)
class Member:
    object: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    object: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Argument:
    value: Expression
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """new: the function is a type whose instance is made."""

    function: Expression
    arguments: tuple[Argument, ...] = ()
    new: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function without a name. parameters: (name, default or None). lazy: a call runs once it is awaited. strict: a
    call with another number of arguments fails. rest, keywords: parameters that take the other arguments, by position
    and by name. named: how many parameters, the last ones, are given by name alone. sees: it sees the variables around
    it, which functions of the language do not."""

    parameters: tuple[tuple[str, Expression | None], ...]
    body: tuple[Statement, ...]
    lazy: bool = False
    strict: bool = False
    rest: str = ""
    keywords: str = ""
    sees: bool = False
    named: int = 0


@dataclass(frozen=True, slots=True)
class Assign:
    """As an expression it is the assigned value. declares: the name is new in its block."""

    target: Target
    value: Expression
    declares: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """An expression that is not looked into: its value is not known, and it does nothing."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Syntax that no reader knows; to reach it is to refuse the program."""

    what: str


@dataclass(frozen=True, slots=True)
class Targets:
    """Several targets: positions of a list, or keys of a mapping where `is_mapping` says so. rest: gets the others."""

    targets: tuple[Target, ...]
    keys: tuple[str, ...] = ()
    rest: Target | None = None
    is_mapping: bool = False


@dataclass(frozen=True, slots=True)
class Defaulted:
    """A target that gets a default where no value is there."""

    target: Target
    default: Expression


Target = Name | Member | Index | Targets | Defaulted


@dataclass(frozen=True, slots=True)
class If:
    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Each:
    """A loop over the members of a value."""

    target: Target
    values: Expression
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class While:
    """after: what runs after the body each time, `continue` or not."""

    test: Expression
    body: tuple[Statement, ...]
    after: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """handlers run only where something fails, which a request that arrives does not."""

    body: tuple[Statement, ...]
    handlers: tuple[tuple[Statement, ...], ...] = ()
    after: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Define:
    """A named function; hoisted where the dialect hoists."""

    name: str
    function: Function


@dataclass(frozen=True, slots=True)
class Class:
    """A class. methods: (name, kind, function) with kinds of `objects.Method`. fields: set in a new instance, whose
    name is the dialect's receiver. shared: (name, value) of the class itself. copies: an assignment copies an
    instance."""

    name: str
    methods: tuple[tuple[str, str, Function], ...]
    fields: tuple[Statement, ...] = ()
    shared: tuple[tuple[str, Expression], ...] = ()
    parent: Expression | None = None
    copies: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """path: the module. member: what is taken from it, else the module. name: what it is called here."""

    path: str
    name: str
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """kind: return, break, continue, or leave (the program ends)."""

    kind: str
    value: Expression | None = None


Expression = (
    Const
    | Name
    | Text
    | Unary
    | Binary
    | Conditional
    | Items
    | Pairs
    | Spread
    | Member
    | Index
    | Call
    | Function
    | Class
    | Assign
    | Unknown
    | Opaque
)
Statement = If | Each | While | Block | Try | Define | Import | Jump | Expression


def call(name: str, *values: Expression) -> Call:
    """A call of a function by its name, of the program or of its dialect."""
    return Call(Name(name), tuple(map(Argument, values)))


def joined(operator: str, tests: Sequence[Expression]) -> Expression:
    """Tests joined by `&&` or `||`; without any, nobody knows whether they hold."""
    test = tests[0] if tests else Unknown()
    for other in tests[1:]:
        test = Binary(operator, test, other)
    return test


def stepped(target: Target, value: Expression, operator: str, is_before: bool) -> Expression:
    """`++` and `--`. operator: + or -. is_before: it stands before the variable, and gives its new value."""
    changed = Assign(target, Binary(operator, value, Const(1)))
    return changed if is_before else Binary("-" if operator == "+" else "+", changed, Const(1))


def repeated(body: Sequence[Statement], test: Expression) -> Block:
    """A `do`, whose first turn asks nothing."""
    first = Name("$the first turn")
    turn = (Assign(first, Const(False)), *body)
    return Block((Assign(first, Const(True), True), While(Binary("||", first, test), turn)))
