"""An audit as one HTML page that needs nothing else. All that specifications and models wrote is escaped."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Any

from apipack.audit.kinds import RIGHT, WRONG
from apipack.audit.report import KINDS, free_text

COLOURS = dict(zip(KINDS, ("#2e7d32", "#6d4c41", "#b71c1c", "#e65100", "#f9a825", "#7b1fa2"), strict=True))
STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:72em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.25em .8em;text-align:left;border-bottom:1px solid #ddd}
pre{background:#f6f6f6;padding:.6em;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.bar{display:flex;height:1.1em;width:30em;max-width:100%}.bar i{display:block;height:100%}
.kind{color:#fff;border-radius:.3em;padding:.05em .5em;font-size:.85em}summary{cursor:pointer;padding:.2em 0}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(audit: dict[str, Any]) -> str:
    """audit: of `report.report`."""
    calls = sorted(audit["calls"], key=lambda call: (call["api"], call["path"], call["method"], call["id"]))
    groups = groupby(calls, key=lambda call: (call["api"], call["path"], call["method"], call["id"]))
    left_out = ", ".join(f"{escape(reason)} {count}" for reason, count in audit["left_out"].items()) or "none"
    legend = "".join(f"<tr><td>{_badge(kind)}</td><td>{escape(meaning)}</td></tr>" for kind, meaning in WRONG.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>apipack audit</title>
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head><body>
<h1>Which operations does the model get right?</h1>
<p>{audit["operations"]} operations, {audit["without_values"]} of them asked for without values,
{escape(audit["setting"])}, {escape(", ".join(audit["languages"]))}.
Left out: {left_out}. Intervals are 95 %, over operations.
{escape(free_text(audit))}</p>
{"".join(_model(name, figures) for name, figures in audit["models"].items())}
<table>{legend}</table>
<h2>Operations</h2>
{"".join(_operation(list(group)) for _, group in groups)}
</body></html>
"""


def _model(name: str, figures: dict[str, Any]) -> str:
    shares = "".join(
        f'<i style="width:{100 * figures["kinds"][kind]["share"]:.2f}%;background:{COLOURS[kind]}"></i>'
        for kind in KINDS
    )
    rows = "".join(
        f"<tr><td>{_badge(kind)}</td><td>{cell['n']}</td><td>{cell['share']:.2f}</td>"
        f"<td>[{cell['low']:.2f}, {cell['high']:.2f}]</td></tr>"
        for kind, cell in figures["kinds"].items()
    )
    how = ", ".join(f"{count} {word}" for word, count in figures["judged"].items())
    head = f"<h2>{escape(name)}</h2><p>{figures['calls']} calls: {escape(how)}.</p>"
    return f'{head}<div class="bar">{shares}</div><table>{rows}</table>'


def _operation(calls: list[dict[str, Any]]) -> str:
    first = calls[0]
    badges = " ".join(_badge(call["kind"]) for call in calls)
    title = f"<code>{escape(first['method'])} {escape(first['path'])}</code> {escape(first['endpoint'])}"
    inside = "".join(map(_call, calls))
    about = f"<p>{escape(first['instruction'])}</p>"
    opened = "" if all(call["kind"] == RIGHT for call in calls) else " open"
    return f"<details{opened}><summary>{title} {badges}</summary>{about}{inside}</details>"


def _call(call: dict[str, Any]) -> str:
    if call["kind"] == RIGHT:
        return f"<p>{_title(call)}</p>"
    details = "".join(f"<li>{escape(detail)}</li>" for detail in call["details"])
    texts = f"<pre>{escape(call['call'])}</pre><p>The right call:</p><pre>{escape(call['reference'])}</pre>"
    return f"<p>{_title(call)}</p><ul>{details}</ul>{texts}"


def _title(call: dict[str, Any]) -> str:
    return f"{escape(call['model'])}, {escape(call['language'])}: {_badge(call['kind'])}"


def _badge(kind: str) -> str:
    return f'<span class="kind" style="background:{COLOURS[kind]}">{escape(kind.replace("_", " "))}</span>'
