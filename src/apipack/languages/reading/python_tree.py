"""Python's own syntax tree, lowered to a program."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import check_size
from apipack.languages.reading.python_cases import matched, with_else
from apipack.languages.reading.python_classes import (
    ACCESS,
    KINDS,
    PLAIN_BASES,
    Super,
    as_dict,
    check_frozen,
    is_dataclass,
    is_plain,
    is_plain_case,
)
from apipack.languages.reading.python_enums import lowered_enum
from apipack.languages.reading.python_generators import manager, plain, yields
from apipack.languages.reading.python_lazy import check_asked_once, consumed, given_to, in_place, inner_loops
from apipack.languages.reading.python_pydantic import MODELS, model
from apipack.languages.reading.values import UNDEFINED
from apipack.languages.wire import Unreadable

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Div: "/", ast.Sub: "-", ast.Mult: "*", ast.Mod: "%",
    ast.Pow: "**", ast.FloorDiv: "//", ast.BitOr: "|", ast.And: "&&", ast.Or: "||",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.Not: "!", ast.USub: "-",
}  # fmt: skip


LEFT_OUT = UNDEFINED
"""What a comprehension gives for a member that it leaves out."""


def lower(code: str) -> tuple[p.Statement, ...]:
    """A module's statements; raises Unreadable on a syntax error."""
    check_size(code)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(code)
            compile(module, "call", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError) as error:
        raise Unreadable(f"syntax: {error}"[:100]) from None
    check_frozen(module)
    check_asked_once(module)
    return _body(plain(module).body)


def _body(statements: Sequence[ast.stmt]) -> tuple[p.Statement, ...]:
    return tuple(inner for statement in statements for inner in _statement(statement))


def _statement(node: ast.stmt) -> Sequence[p.Statement]:
    match node:
        case ast.Import(names=names):
            return [_import(alias) for alias in names]
        case ast.ImportFrom(module=str(module), names=names, level=0):
            return [p.Import(module, alias.asname or alias.name, alias.name) for alias in names]
        case ast.Assign(targets=targets, value=value):
            first, *others = [_target(target) for target in targets]
            if not others:
                return [p.Assign(first, _value(value))]
            given = p.Name("the value of several")
            return [p.Assign(given, _value(value)), *[p.Assign(target, given) for target in (first, *others)]]
        case ast.AnnAssign(target=target, value=value):
            return [] if value is None else [p.Assign(_target(target), _value(value))]
        case ast.AugAssign(target=target, op=op, value=value):
            read = _value(ast.parse(ast.unparse(target), mode="eval").body)
            return [p.Assign(_target(target), in_place(OPERATORS.get(type(op), "?"), read, _value(value)))]
        case ast.Expr(value=value):
            return [_value(value)]
        case ast.If(test=test, body=body, orelse=orelse):
            return [p.If(_value(test), _body(body), _body(orelse))]
        case ast.For(target=target, iter=values, body=body, orelse=[]):
            return [p.Each(_target(target), consumed(values, _value(values)), _body(body))]
        case ast.While(test=test, body=body, orelse=[]):
            return [p.While(_value(test), _body(body))]
        case ast.For() | ast.While() if node.orelse:
            return with_else(node, _statement, _body)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            return [*[_entered(item, isinstance(node, ast.AsyncWith)) for item in items], *_body(body)]
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=after):
            return [p.Try((*_body(body), *_body(orelse)), tuple(map(_handler, handlers)), _body(after))]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return _defined(node)
        case ast.ClassDef(name=name, decorator_list=[decorator], keywords=[], bases=[]) if is_dataclass(decorator):
            return [*_defaults(node), p.Assign(p.Name(name), _dataclass(node, True))]
        case ast.ClassDef(name=name, decorator_list=[], keywords=[], bases=[ast.Name(id="NamedTuple")]):
            return [*_defaults(node), p.Assign(p.Name(name), _dataclass(node, False))]
        case ast.ClassDef(name=name, decorator_list=[], bases=[base]) if ast.unparse(base).endswith("TypedDict"):
            return [p.Assign(p.Name(name), p.Name("dict"))]
        case ast.ClassDef(name=name, decorator_list=[], keywords=[], bases=[base]) if ast.unparse(base) in MODELS:
            return [*_defaults(node), p.Assign(p.Name(name), model(node, _value, _class))]
        case ast.ClassDef(name=name, decorator_list=[], keywords=[]):
            return [*_defaults(node), p.Assign(p.Name(name), _class(node))]
        case ast.Return(value=value):
            return [p.Jump("return", None if value is None else _value(value))]
        case ast.Raise(exc=ast.Call(func=ast.Name(id="SystemExit"), args=[value])):
            return [_value(value), p.Jump("leave")]
        case ast.Raise():
            return [p.Jump("leave")]
        case ast.Match(subject=subject, cases=cases) if all(map(is_plain_case, cases)):
            return matched(subject, cases, _value, _body)
        case ast.Assert(test=test):
            return [p.If(_value(test), (), (p.Jump("leave"),))]
        case ast.Pass():
            return []
        case ast.Break():
            return [p.Jump("break")]
        case ast.Continue():
            return [p.Jump("continue")]
    return [p.Opaque(f"line {node.lineno}: {type(node).__name__}")]


def _routine(statements: Sequence[ast.stmt]) -> tuple[p.Statement, ...]:
    """The body of a function; one that yields runs for a library that takes what it gives."""
    if not yields(statements):
        return _body(statements)
    return (p.call("generator"), *_body(statements))


def _defined(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[p.Statement]:
    """A function, whose defaults are values from when it is defined, and what its decorators make of it."""
    is_async, managing = isinstance(node, ast.AsyncFunctionDef), manager(node)
    if managing is not None:
        entering = p.call("manager of", p.Function((), _body(managing.body)), p.Const(is_async))
        lowered = _function(node.args, (p.Jump("return", entering),), False)
    else:
        lowered = _function(node.args, _routine(node.body), is_async)
    statements: list[p.Statement] = [*_defaults(node), p.Define(node.name, lowered)]
    for decorator in reversed(node.decorator_list):
        given = (p.Argument(p.Name(node.name)),)
        statements.append(p.Assign(p.Name(node.name), p.Call(_value(decorator), given)))
    return statements


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Sequence[p.Statement]:
    """What defaults of a function, or of a class's methods and fields, are: values of their own names."""
    if isinstance(node, ast.ClassDef):
        methods = [member for member in node.body if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)]
        fields = [member.value for member in node.body if isinstance(member, ast.AnnAssign) and member.value]
        values = [value for value in fields if isinstance(value, ast.Name | ast.Attribute)]
    else:
        methods, values = [node], []
    for method in methods:
        given = [*method.args.defaults, *[default for default in method.args.kw_defaults if default]]
        values += [default for default in given if not isinstance(default, ast.Constant)]  # type: ignore[misc]
    return [p.Assign(_default_name(value), _value(value), True) for value in values]


def _default_name(value: ast.expr) -> p.Name:
    return p.Name(f"default {value.lineno}:{value.col_offset}")


def _default(value: ast.expr) -> p.Expression:
    return _value(value) if isinstance(value, ast.Constant) else _default_name(value)


def _handler(node: ast.ExceptHandler) -> tuple[p.Statement, ...]:
    caught = (p.Assign(p.Name(node.name), p.Unknown(), True),) if node.name else ()
    return (*caught, *_body(node.body))


def _import(alias: ast.alias) -> p.Import:
    if alias.asname or "." not in alias.name:
        return p.Import(alias.name, alias.asname or alias.name)
    return p.Import(f"top of {alias.name}", alias.name.partition(".")[0])


def _field_default(value: ast.expr | None) -> p.Expression | None:
    """The default of a dataclass's field, made anew for each instance; raises Unreadable for what is none."""
    match value:
        case ast.Call(func=ast.Name(id="field"), args=[], keywords=keywords):
            options = {keyword.arg: keyword.value for keyword in keywords}
            if not set(options) <= {"default", "default_factory", "repr", "compare"}:
                raise Unreadable(f"line {value.lineno}: a field of a dataclass")
            if "default_factory" in options:
                return p.Call(_value(options["default_factory"]))
            return _value(options["default"]) if "default" in options else None
        case ast.Name() | ast.Attribute():
            return _default_name(value)
        case ast.List() | ast.Dict() | ast.Set() | ast.Call():
            raise Unreadable(f"line {value.lineno}: a default that instances of a dataclass share")
    return None if value is None else _value(value)


def _dataclass(node: ast.ClassDef, is_decorated: bool) -> p.Expression:
    """A dataclass or NamedTuple: a class whose annotated names are the parameters of its constructor."""
    fields = [member for member in node.body if isinstance(member, ast.AnnAssign)]
    body: list[p.Statement] = []
    parameters: list[tuple[str, p.Expression | None]] = [("self", None)]
    for member in fields:
        kind = ast.unparse(member.annotation)
        if not isinstance(member.target, ast.Name) or "ClassVar" in kind or "InitVar" in kind or "KW_ONLY" in kind:
            return p.Opaque(f"line {member.lineno}: a field of a dataclass")
        name = member.target.id
        parameters.append((name, _field_default(member.value)))
        body.append(p.Assign(p.Member(p.Name("self"), name), p.Name(name)))
    others = [member for member in node.body if member not in fields]
    plain = ast.ClassDef(node.name, [], [], others or [ast.Pass()], [])
    lowered = _class(ast.fix_missing_locations(ast.copy_location(plain, node)))
    if not isinstance(lowered, p.Class) or any(name == "__init__" for name, _, _ in lowered.methods):
        return p.Opaque(f"line {node.lineno}: a dataclass")
    if is_decorated and any(name == "__post_init__" for name, _, _ in lowered.methods):
        body.append(p.Call(p.Member(p.Name("self"), "__post_init__")))
    constructor = ("__init__", "method", p.Function(tuple(parameters), tuple(body)))
    if not is_decorated:
        return p.Class(node.name, (constructor, as_dict(parameters[1:]), *lowered.methods), (), lowered.shared)
    shared = (*lowered.shared, ("__dataclass_fields__", p.Const(True)))
    return p.Class(node.name, (constructor, *lowered.methods), (), shared)


def _class(node: ast.ClassDef) -> p.Expression:
    if {"Enum", "enum.Enum", "StrEnum", "enum.StrEnum"} & set(map(ast.unparse, node.bases)):
        return lowered_enum(node, _value)
    methods: list[tuple[str, str, p.Function]] = []
    shared: list[tuple[str, p.Expression]] = []
    for member in node.body:
        match member:
            case (
                ast.FunctionDef(name=name, args=arguments, body=body)
                | ast.AsyncFunctionDef(name=name, args=arguments, body=body)
            ):
                kind = KINDS.get(tuple(map(ast.unparse, member.decorator_list)))
                if name in ("__new__", "__getattr__", "__getattribute__", "__setattr__"):
                    return p.Opaque(f"line {member.lineno}: {name}")
                lazy = isinstance(member, ast.AsyncFunctionDef)
                if arguments.args and kind != "static":
                    body = [Super(node.name, arguments.args[0].arg).visit(statement) for statement in body]
                function = _function(arguments, _routine(body), lazy)
                if kind is None and any(mark in " ".join(map(ast.unparse, member.decorator_list)) for mark in ACCESS):
                    return p.Opaque(f"line {member.lineno}: a decorator of {name}")
                methods.append((name, kind or "method", function if kind else _decorated(member, function)))
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                shared.append((name, _value(value)))
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                shared += [] if value is None else [(name, _value(value))]
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                return p.Opaque(f"line {member.lineno}: {type(member).__name__} in a class")
    bases = [_value(base) for base in node.bases if ast.unparse(base) not in PLAIN_BASES]
    if len(bases) > 1:
        return p.Opaque("a class of several")
    return p.Class(node.name, tuple(methods), (), tuple(shared), bases[0] if bases else None)


def _decorated(node: ast.FunctionDef | ast.AsyncFunctionDef, function: p.Function) -> p.Function:
    """A method that calls what its decorators make of it."""
    made: p.Expression = function
    for decorator in reversed(node.decorator_list):
        made = p.Call(_value(decorator), (p.Argument(made),))
    given = (p.Argument(p.Spread(p.Name("args"))), p.Argument(p.Spread(p.Name("kwargs")), "**"))
    return p.Function((), (p.Jump("return", p.Call(made, given)),), rest="args", keywords="kwargs")


def _entered(item: ast.withitem, is_async: bool) -> p.Statement:
    given = (p.Argument(_value(item.context_expr)), p.Argument(p.Const(is_async)))
    value = p.Call(p.Name("entered"), given)
    return value if item.optional_vars is None else p.Assign(_target(item.optional_vars), value)


def _function(arguments: ast.arguments, body: tuple[p.Statement, ...], lazy: bool) -> p.Function:
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    defaults: list[ast.expr | None] = [None] * (len(names) - len(arguments.defaults)) + list(arguments.defaults)
    named = [argument.arg for argument in arguments.kwonlyargs] if arguments.vararg else []
    names += [argument.arg for argument in arguments.kwonlyargs]
    defaults += arguments.kw_defaults
    return p.Function(
        tuple(
            (name, None if default is None else _default(default))
            for name, default in zip(names, defaults, strict=True)
        ),
        body,
        lazy,
        rest=arguments.vararg.arg if arguments.vararg else "",
        keywords=arguments.kwarg.arg if arguments.kwarg else "",
        named=len(named),
    )


def _target(node: ast.expr) -> p.Target:
    match node:
        case ast.Name(id=name):
            return p.Name(name)
        case ast.Attribute(value=owner, attr=name):
            return p.Member(_value(owner), name)
        case ast.Subscript(value=owner, slice=key):
            return p.Index(_value(owner), _value(key))
        case ast.Tuple(elts=[*targets, ast.Starred(value=rest)]) | ast.List(elts=[*targets, ast.Starred(value=rest)]):
            return p.Targets(tuple(map(_target, targets)), rest=_target(rest))
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            return p.Targets(tuple(map(_target, targets)))
    raise Unreadable(f"line {node.lineno}: {type(node).__name__} is assigned to")


def _value(node: ast.expr) -> p.Expression:
    match node:
        case ast.Constant(value=str() | bytes() | int() | float() | None as value):
            return p.Const(value)
        case ast.Name(id=name):
            return p.Name(name)
        case ast.JoinedStr(values=values):
            return p.Text(tuple(map(_value, values)))
        case ast.FormattedValue(conversion=conversion) if conversion not in (-1, ord("s")):
            return p.Unknown()
        case ast.FormattedValue(value=value, format_spec=None):
            return p.Call(p.Name("str"), (p.Argument(_value(value)),))
        case ast.FormattedValue(
            value=value, conversion=-1, format_spec=ast.JoinedStr(values=[ast.Constant(value=spec)])
        ):
            return p.Call(p.Name("formatted as"), (p.Argument(_value(value)), p.Argument(p.Const(spec))))
        case ast.BinOp(left=left, op=op, right=right):
            return p.Binary(OPERATORS.get(type(op), "?"), _value(left), _value(right))
        case ast.BoolOp(op=op, values=[first, *others]):
            joined = _value(first)
            for other in others:
                joined = p.Binary(OPERATORS[type(op)], joined, _value(other))
            return joined
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return p.Binary(OPERATORS.get(type(op), "?"), _value(left), _value(right))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(map(is_plain, others[:-1])):
            steps = zip([left, *others[:-1]], ops, others, strict=True)
            return p.joined("&&", [p.Binary(OPERATORS.get(type(op), "?"), _value(a), _value(b)) for a, op, b in steps])
        case ast.UnaryOp(op=op, operand=operand):
            return p.Unary(OPERATORS.get(type(op), "?"), _value(operand))
        case ast.IfExp(test=test, body=then, orelse=otherwise):
            return p.Conditional(_value(test), _value(then), _value(otherwise))
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return p.Pairs(tuple((None if key is None else _value(key), _value(value)) for key, value in pairs))
        case ast.List(elts=items):
            return p.Items(tuple(map(_value, items)))
        case ast.Tuple(elts=items):
            return p.call("tuple of", p.Items(tuple(map(_value, items))))
        case ast.Starred(value=value):
            return p.Spread(consumed(value, _value(value)))
        case ast.Attribute(value=owner, attr=name):
            return p.Member(_value(owner), name)
        case ast.Subscript(value=owner, slice=ast.Slice(lower=start, upper=end, step=None)):
            bounds = [p.Const(None) if bound is None else _value(bound) for bound in (start, end)]
            return p.call("slice of", _value(owner), *bounds)
        case ast.Subscript(value=owner, slice=key):
            return p.Index(_value(owner), _value(key))
        case ast.Yield(value=value):
            return p.call("yield", p.Const(None) if value is None else _value(value))
        case ast.Await(value=value):
            return p.Call(p.Name("await"), (p.Argument(_value(value)),))
        case ast.NamedExpr(target=target, value=value):
            return p.Assign(_target(target), _value(value))
        case ast.Lambda(args=arguments, body=body) if all(
            isinstance(default, ast.Constant) for default in (*arguments.defaults, *arguments.kw_defaults)
        ):
            return _function(arguments, (p.Jump("return", _value(body)),), False)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            given = [p.Argument(value) for value in given_to(function, arguments, _value)]
            given += [_keyword(keyword) for keyword in keywords]
            return p.Call(_value(function), tuple(given))
        case ast.ListComp(elt=item, generators=[loop]) | ast.GeneratorExp(elt=item, generators=[loop]):
            return _collected("list" if isinstance(node, ast.ListComp) else "generator", loop, _value(item))
        case ast.ListComp(generators=[loop, *_]):
            return p.call("flat of", _collected("list", loop, _value(inner_loops(node))))
        case ast.DictComp(key=key, value=value, generators=[loop]):
            return _collected("dict", loop, p.Items((_value(key), _value(value))))
    return p.Opaque(f"line {node.lineno}: {type(node).__name__}")


def _collected(kind: str, loop: ast.comprehension, item: p.Expression) -> p.Expression:
    """A comprehension: a function of each member, and what its results make."""
    if isinstance(item, p.Function):
        return p.Opaque("functions that share a variable")
    tests: list[p.Statement] = [p.If(_value(test), (), (p.Jump("return", p.Const(LEFT_OUT)),)) for test in loop.ifs]
    body = (p.Assign(_target(loop.target), p.Name("member")), *tests, p.Jump("return", item))
    function = p.Function((("member", None),), body)
    return p.Call(p.Name(f"{kind} of"), (p.Argument(_value(loop.iter)), p.Argument(function)))


def _keyword(keyword: ast.keyword) -> p.Argument:
    if keyword.arg is None:
        return p.Argument(p.Spread(_value(keyword.value)), "**")
    return p.Argument(_value(keyword.value), keyword.arg)
