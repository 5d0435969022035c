"""What goes with the card: a datasheet (Gebru et al., Datasheets for Datasets, arXiv 1803.09010) and a licence file."""

from __future__ import annotations

from collections.abc import Mapping

from apipack.dataset.croissant import RAI

LICENCE = """# Licences

There is no licence of the whole. Each row keeps the licence of the document that it was made from:

- `licence` is what the document or its source names, as it stands; `licence_spdx` is its SPDX identifier.
- A row without them comes from a document that names no licence. Ask its publisher, named in `provider`, before you use
  it beyond what the law of your country allows without asking.
- `source_url` and `spec_sha256` name the document.

The instructions, and the selection and arrangement of the rows, are under Apache-2.0, as the programs that made them.

Publishers can opt out: the file `optout.txt` of the repository names APIs and providers that are left out.
"""


def datasheet(rows: Mapping[str, Mapping[str, int]], figures: Mapping[str, Mapping[str, int]]) -> str:
    """DATASHEET.md. rows: language → split → number; figures: those of the card, heading → name → count."""
    total = sum(sum(of.values()) for of in rows.values())
    dropped = sum(figures.get("Left out, by stage and reason", {}).values())
    hubs = ", ".join(f"{name} ({count:,})" for name, count in sorted(figures.get("Operations by hub", {}).items()))
    answers = {
        "Motivation": {
            "For what purpose was the dataset created?": "To tune models that write API calls from an instruction, and "
            "to measure how they generalise to unseen endpoints and APIs. It rebuilds API Pack (arXiv 2402.09615).",
            "Who created it?": "The authors of apipack, with a pipeline that anybody can run.",
        },
        "Composition": {
            "What are the instances?": "An instruction in English and the code of one HTTP request, in one programming "
            "language, with the request itself and where it comes from.",
            "How many are there?": f"{total:,}, in {len(rows)} languages.",
            "Is it a sample?": f"Of the operations that its sources document: {hubs}. {dropped:,} rows "
            "were left out, each with a counted reason (README.md).",
            "Are there recommended splits?": "Yes: see README.md. No test operation is trained on, and an API of level "
            "3 has no operation in training.",
            "Does it contain confidential or personal data?": RAI["personalSensitiveInformation"],
            "Does it contain offensive content?": "Descriptions are the publishers' own words and were not reviewed.",
        },
        "Collection": {
            "How was the data acquired?": RAI["dataCollection"],
            "Over what time?": "The sources are pinned versions of packages, or documents as they were when crawled.",
            "Were people asked?": "No. Publishers made the documents public; they can opt out.",
        },
        "Preprocessing, cleaning, labelling": {
            "What was done?": " ".join([*RAI["dataPreprocessingProtocol"], str(RAI["dataManipulationProtocol"])]),
            "Who wrote the instructions?": str(RAI["dataAnnotationProtocol"]),
            "Is the raw data there?": "Yes: `source_url` and `spec_sha256` name each document.",
        },
        "Uses": {
            "What is it for?": "; ".join(RAI["dataUseCases"]) + ".",
            "What should it not be used for?": "To call services without leave, or to judge their quality.",
            "What limits it?": " ".join([*RAI["dataLimitations"], *RAI["dataBiases"]]),
            "What harm is possible?": str(RAI["dataSocialImpact"]),
        },
        "Distribution": {
            "Under which licence?": "By row: see LICENSE.md.",
            "In which form?": "Parquet files by language and split, and Croissant metadata (croissant.json).",
        },
        "Maintenance": {
            "How is it kept up to date?": str(RAI["dataReleaseMaintenancePlan"]),
            "How are errors reported?": "As an issue of the repository, with the `id` of the row.",
        },
    }
    return "# Datasheet\n" + "".join(_part(heading, asked) for heading, asked in answers.items())


def _part(heading: str, asked: Mapping[str, str | list[str]]) -> str:
    return f"\n## {heading}\n" + "".join(f"\n**{question}** {answer}\n" for question, answer in asked.items())
