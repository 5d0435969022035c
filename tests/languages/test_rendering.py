from apipack.languages.rendering import render_rows
from apipack.languages.schemas import CALLS
from apipack.records import Request


def test_each_call_is_read_back_and_refusals_are_counted() -> None:
    get = Request("GET", "https://h.example/a")
    nul = Request("POST", "https://h.example/a", (("Content-Type", "text/plain"),), "a\0b")
    table, drops = render_rows([("1", get.to_json()), ("2", nul.to_json())], ("curl", "python"))
    assert table.schema == CALLS
    assert [(row["id"], row["language"]) for row in table.to_pylist()] == [
        ("1", "curl"),
        ("1", "python"),
        ("2", "python"),
    ]
    assert [(drop["id"], drop["language"], drop["reason"]) for drop in drops] == [("2", "curl", "unrepresentable")]
