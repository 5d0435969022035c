import re
from pathlib import Path

import pandas as pd

from apipack.evaluation.html_report import Section, of_run, page, paper_sizes, write_pictures
from apipack.evaluation.pictures import COLOURS, Line, curve, matrix

PREDICTIONS = pd.DataFrame(
    {"model": model, "level": level, "setting": setting, "language": language, "api": f"api{n % 3}", "id": str(n)}
    | {
        "call": "" if model == "copy" else "curl x",
        "request_match": model == "tuned" and n < 3,
        "call_match": n < 4,
        "endpoint_match": True,
    }
    for model in ("tuned", "base", "copy")
    for level in (1, 3)
    for setting in ("0shot", "retrieved_3shot")
    for language in ("curl", "go")
    for n in range(6)
)


def test_a_page_needs_nothing_else_and_escapes_what_it_is_given() -> None:
    text = page("<b>", [Section("a & b", "<script>", rows=[["x"], ["<img>"]]), Section("more", folded=True)])
    assert "<script>" not in text and "<td>&lt;img&gt;</td>" in text and "<h2>a &amp; b</h2>" in text
    assert "<details><summary>more</summary></details>" in text and 'name="viewport"' in text
    assert not re.search(r"(src|href)=\"(?!data:)", text)


def test_a_run_has_its_matrices_its_intervals_and_the_paper_s_figures(tmp_path: Path) -> None:
    sections = of_run(PREDICTIONS, 40, seed=0)
    text = page("size=40 curl", sections)
    assert text.count("data:image/png;base64,iVBOR") == 4 and text.count("<details>") == 3
    assert "tuned</td><td>0shot</td><td>0.50 [" in text and "CodeLlama-13B" in text
    assert "<td>tuned</td><td>base</td><td>0shot</td><td>24</td><td>12</td><td>0</td><td>+0.50 [" in text  # Paired
    assert sections == of_run(PREDICTIONS, 40, seed=0)
    write_pictures(sections, tmp_path)
    names = {"request-match", "by-language", "the-paper-by-language", "api-call-match-on-level-3"}
    assert {path.stem for path in tmp_path.glob("*.png")} == names


def test_the_paper_s_curve() -> None:
    assert paper_sizes(3)["0shot"][-2:] == [(98914, 0.201), (1000000, 0.402)]
    assert paper_sizes(3)["retrieved_3shot"][0] == (10000, 0.496)


def test_a_curve_without_the_paper_s() -> None:
    assert curve({Line("0shot"): [(20, 0.3, 0.1, 0.5), (10, 0.2, 0.1, 0.4)]}, "tokens").startswith(b"\x89PNG")


def test_more_series_than_a_sweep_has_are_told_apart() -> None:
    """`scaling-small` has three levels, free and constrained."""
    assert len(set(COLOURS)) == len(COLOURS) >= 8
    points = [(10.0, 0.2, 0.1, 0.4), (20.0, 0.3, 0.1, 0.5)]
    lines = {Line(f"level {level}", "spec", held, level): points for level in (1, 2, 3) for held in (False, True)}
    assert [line.label for line in lines][:2] == ["level 1", "level 1, constrained"]
    assert curve(lines, "size") != curve(dict(list(lines.items())[:5]), "size")  # none lies under another


def test_a_long_word_breaks_and_a_wide_picture_scrolls() -> None:
    narrow, wide = (matrix(pd.DataFrame([[0.5] * columns]), "x") for columns in (2, 12))
    text = page("size=160 " + "x" * 66, [Section("narrow", picture=narrow), Section("wide", picture=wide)])
    assert re.search(r"h1[^{]*{[^}]*overflow-wrap:anywhere", text) and ".wide img{max-width:none}" in text
    assert re.search(r"</h2><img alt=.narrow", text) and re.search(
        r'<div class="wide"><img alt=.wide. width="\d+"', text
    )


def test_each_line_of_a_text_is_a_paragraph() -> None:
    assert "<p>one</p><p>two</p>" in page("x", [Section("s", "one\ntwo")])
