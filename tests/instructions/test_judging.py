"""The judge: agrees with people on labels that lie beside the repository, and its command works on any rows."""

import json
import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.errors import UserError
from apipack.instructions.judging import Row, judge, shipped
from apipack.instructions.rules import reasons
from apipack.instructions.training import Labelled, borne_out, read_rows, train
from apipack.models.embedding import embed
from tests.parameters import ROOT

LABELS = Path(os.environ.get("APIPACK_LABELS", ROOT.parent / "shared/reference/human_labels.jsonl"))
"""Verdicts of people, which are not in the repository: where they lie, the judge is held against them too."""
ENCODE = partial(embed, model="embedded", batch=64)
ROW = {
    "api_name": "Pet Store API",
    "functionality": "Get a pet",
    "description": "Returns one pet by its number.",
    "endpoint": "getPet",
}
GOOD = "How can I get a pet by its number with the Pet Store API?"


OPERATIONS = (
    "Get a pet",
    "List the unpaid invoices",
    "Delete a voucher",
    "Upload a photo",
    "Send a text message",
    "Translate a document",
    "Book a meeting room",
    "Cancel the delivery",
    "Search for songs",
    "Rename a folder",
    "Restart the server",
    "Change the password",
)


def made_up() -> list[Row]:
    """For each operation a request for it, and a bad one for the operation before it."""
    rows: list[Row] = []
    for group, functionality in enumerate(OPERATIONS):
        row = {"group": group, "api_name": "Office API", "endpoint": f"call{group}", "description": ""}
        for label, wanted in (("good", functionality), ("bad", OPERATIONS[group - 1])):
            said = f"How can I {wanted[0].lower()}{wanted[1:]} with the Office API?"
            rows.append(row | {"functionality": functionality, "candidate": said, "label": label})
    return rows


@pytest.mark.parametrize("by", ["made_up", *(["people"] if LABELS.is_file() else [])])
def test_agrees_with_labels_on_groups_it_has_not_seen(by: str) -> None:
    model, figures = train(made_up() if by == "made_up" else read_rows(LABELS), ENCODE, repeats=1)
    for found in (figures, figures["strict"]):  # as shipped, and with the rules alone that each fold bears out
        assert found["recall_of_bad"] >= 0.6 and found["precision_of_bad"] >= 0.5
        assert found["balanced_accuracy"] >= 0.75
    if by == "people":  # what is shipped is what this training gives
        for name in ("mean", "scale", "weights", "threshold"):
            assert getattr(shipped(), name) == pytest.approx(getattr(model, name), abs=1e-3)


def test_the_shipped_judge_tells_a_request_from_one_for_another_operation() -> None:
    rows = made_up()
    verdicts = judge(rows, ENCODE)
    right = [verdict.label == row["label"] for verdict, row in zip(verdicts, rows, strict=True)]
    assert sum(right) >= 0.9 * len(rows)


def test_a_rule_needs_bad_rows_of_two_operations_and_no_more_good_ones() -> None:
    rows = [  # rules broken, bad, group
        (["one_group"], True, "a"),
        (["one_group", "two_groups"], True, "a"),
        (["two_groups"], True, "b"),
        (["two_groups", "mostly_good"], False, "b"),
        (["mostly_good"], True, "a"),
        (["mostly_good"], True, "b"),
        (["mostly_good"], False, "c"),
        (["mostly_good"], False, "c"),
    ]
    broken, bad, groups = zip(*rows, strict=True)
    data = Labelled(list(broken), np.zeros((len(rows), 3)), np.array(bad), np.array(groups))
    assert borne_out(data) == {"two_groups"}
    assert data.within(frozenset({"two_groups"})).broken[1] == ["two_groups"]


def test_a_request_for_something_else_scores_worse_than_a_fitting_one() -> None:
    other = "How can I delete all invoices of last year and close the ledger with the Pet Store API?"
    fitting, astray = judge([{**ROW, "candidate": text} for text in (GOOD, other)], ENCODE)
    assert fitting.label == "good" and fitting.reasons == ()
    assert astray.score > fitting.score and not reasons({**ROW, "candidate": other})


def test_the_command_adds_label_score_and_reasons(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{**ROW, "candidate": GOOD, "id": 7}, {**ROW, "candidate": "Here is one: call getPet of Pet Store."}]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["judge", str(file)])
    good, bad = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 0
    assert good["id"] == 7 and good["candidate"] == GOOD and (good["label"], good["reasons"]) == ("good", [])
    assert bad["label"] == "bad" and {"preamble", "leaks_endpoint"} <= set(bad["reasons"])
    assert 0 <= good["score"] < shipped().threshold <= bad["score"] <= 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ":1: not JSON"),
        ("[]", ":1: not a JSON object"),
        ("\n", ": no line holds"),
        ('{"endpoint": "a"}', "row 1 has no text in api_name"),
    ],
)
def test_a_row_that_cannot_be_judged_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["judge", str(file)])
    assert (done.exit_code, done.stdout) == (2, "") and said in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.count(str(file)) == 1


def test_a_line_ends_where_json_lines_end(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"candidate": f"a{mark}b"} for mark in "\u2028\x85\x1e"]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert read_rows(file) == rows
    file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert read_rows(file) == rows
    file.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(UserError, match=":1: not JSON"):
        read_rows(file)
