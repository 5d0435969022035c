"""The judge: agrees with people on labels that lie beside the repository, and its command works on any rows."""

import json
import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.instructions.judging import judge, shipped
from apipack.instructions.rules import reasons
from apipack.instructions.training import Labelled, borne_out, read_rows, train
from apipack.models.embedding import embed

LABELS = Path(os.environ.get("APIPACK_LABELS", "../shared/reference/human_labels.jsonl"))
ENCODE = partial(embed, model="embedded", batch=64)
ROW = {
    "api_name": "Pet Store API",
    "functionality": "Get a pet",
    "description": "Returns one pet by its number.",
    "endpoint": "getPet",
}
GOOD = "How can I get a pet by its number with the Pet Store API?"


@pytest.mark.skipif(not LABELS.is_file(), reason="the labels of people are not beside this repository")
def test_agrees_with_people_on_groups_it_has_not_seen() -> None:
    model, figures = train(read_rows(LABELS), ENCODE, repeats=1)
    for found in (figures, figures["strict"]):  # as shipped, and with the rules alone that each fold bears out
        assert found["recall_of_bad"] >= 0.6 and found["precision_of_bad"] >= 0.5
        assert found["balanced_accuracy"] >= 0.75
    for name in ("mean", "scale", "weights"):  # what is shipped is what this training gives
        assert getattr(shipped(), name) == pytest.approx(getattr(model, name), abs=1e-3)
    assert shipped().threshold == pytest.approx(model.threshold, abs=1e-3)


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
    [("{", ":1: not JSON"), ("[]", ":1: not a JSON object"), ('{"endpoint": "a"}', "row 1 has no text in api_name")],
)
def test_a_row_that_cannot_be_judged_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["judge", str(file)])
    assert (done.exit_code, done.stdout) == (2, "") and said in done.stderr and done.stderr.count("\n") == 1
