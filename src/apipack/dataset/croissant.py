"""The released dataset in Croissant 1.0 with the fields of its RAI extension: JSON-LD that search engines and
`mlcroissant` read.

Source: the MLCommons specifications of Croissant 1.0 and Croissant RAI 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from apipack.dataset.schemas import RELEASE

Json = dict[str, Any]

CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
CONFORMS = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
PUBLISHED = "2026-11-30"
"""The day of this version's code, which the same sources give the same bytes with."""
CITATION = (
    "@misc{apipack, title={apipack: OpenAPI specifications to instruction/API-call pairs}, "
    f"author={{{{The apipack authors}}}}, year={{{PUBLISHED[:4]}}}, note={{version {version('apipack')}}}}}"
)
PAPER = "https://arxiv.org/abs/2402.09615"
PAPER_CITATION = (
    "@article{guo2024apipack, title={API Pack: A Massive Multi-Programming Language Dataset for API Call Generation}, "
    "author={Guo, Zhen and Soria, Adriana Meza and Sun, Wei and Shen, Yikang and Panda, Rameswar}, "
    "journal={arXiv preprint arXiv:2402.09615}, year={2024}}"
)
"""Of the paper whose recipe the dataset follows."""

RAI: dict[str, Any] = {
    "dataCollection": "OpenAPI, Swagger and discovery documents of public hubs and packages, and of the user's files.",
    "dataCollectionType": ["Secondary Data analysis", "Software Collection"],
    "dataPreprocessingProtocol": [
        "One HTTP request is made for each operation from schemas, examples and security schemes.",
        "Exact and near duplicates and older versions of an API are removed; a removed row names the one it repeats.",
        "Operations and calls that are unfit for training are removed; the reason of each is counted in the card.",
    ],
    "dataManipulationProtocol": (
        "The request is written as code in each language, and read back: only a call that gives the same request stays."
    ),
    "dataAnnotationProtocol": "Instructions are machine-generated, by default from a grammar and without a model.",
    "dataLimitations": [
        "Instructions are English and machine-generated: people ask in more ways.",
        "Values are examples of the documents or made from their schemas; no call was sent to the real service.",
        "A document may be out of date or wrong about its service.",
    ],
    "dataBiases": [
        "A few large providers have most operations; see the columns provider and api.",
        "Web services of English-speaking companies are over-represented.",
    ],
    "dataUseCases": ["Tuning and testing models that write API calls", "Testing readers of code and HTTP clients"],
    "personalSensitiveInformation": (
        "Secrets and personal data in the documents' examples are replaced by stand-ins before calls are made. "
        "Detection is automatic and may miss some."
    ),
    "dataSocialImpact": (
        "Models that call APIs act on the world: a wrong call can delete or publish data. "
        "Execute what a model writes in a sandbox, and ask before it changes anything."
    ),
    "dataReleaseMaintenancePlan": (
        "The dataset is made anew from pinned sources by `dvc repro release`; publishers can opt out (optout.txt)."
    ),
}


FURTHER = {
    "api_pack": ("application/gzip", "api_pack/*.jsonl.gz", "The same rows in the JSON schema of API Pack."),
    "tools": ("application/x-parquet", "data/tools/*.parquet", "Operations as tools, and calls of them as chats."),
    "bfcl": ("application/gzip", "bfcl/**/*.json.gz", "The same tool calls in the format of BFCL."),
}
"""Files that a release may have beside the rows: name → (format, where, what)."""


def croissant(rows: Mapping[str, Mapping[str, int]], splits: Sequence[str], further: Sequence[str] = ()) -> Json:
    """The metadata of a release. rows: language → split → number; splits: names in the release; further: of FURTHER."""
    total = sum(sum(of.values()) for of in rows.values())
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": "apipack",
        "description": f"{total:,} natural-language instructions and the API calls that answer them, in {len(rows)} "
        "programming languages. Calls are generated from OpenAPI specifications and read back to the same request.",
        "conformsTo": CONFORMS,
        "citeAs": CITATION,
        "license": "LICENSE.md",
        "datePublished": PUBLISHED,
        "sc:isBasedOn": PAPER,
        "version": version("apipack"),
        "keywords": ["API", "OpenAPI", "code generation", *rows],
        "inLanguage": "en",
        "creator": {"@type": "sc:Organization", "name": "The apipack authors"},
        "isLiveDataset": False,
        "distribution": [*(_files(language) for language in rows), *map(_further, further)],
        "recordSet": [_splits(splits), *(_records(language) for language in rows)],
        **{f"rai:{name}": value for name, value in RAI.items()},
    }


def _files(language: str) -> Json:
    return {
        "@type": "cr:FileSet",
        "@id": f"files-{language}",
        "description": f"The rows in {language}: a parquet file for each split.",
        "encodingFormat": "application/x-parquet",
        "includes": f"data/{language}/*.parquet",
    }


def _further(name: str) -> Json:
    form, where, what = FURTHER[name]
    told = {"description": what, "encodingFormat": form, "includes": where}
    return {"@type": "cr:FileSet", "@id": f"files-{name}", **told}


def _splits(names: Sequence[str]) -> Json:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [{"@type": "cr:Field", "@id": "splits/name", "dataType": "sc:Text"}],
        "data": [{"splits/name": name} for name in names],
    }


def _records(language: str) -> Json:
    """A record set of all splits in a language, with the split that a file's name tells."""
    files = {"@id": f"files-{language}"}
    split = {
        "@type": "cr:Field",
        "@id": f"{language}/split",
        "dataType": "sc:Text",
        "references": {"field": {"@id": "splits/name"}},
        "source": {
            "fileSet": files,
            "extract": {"fileProperty": "filename"},
            "transform": {"regex": "^(.+?)(?:-\\d+-of-\\d+\\.parquet)?$"},
        },
    }
    return {
        "@type": "cr:RecordSet",
        "@id": language,
        "description": f"Instructions with calls in {language}.",
        "field": [split, *(_field(language, field, files) for field in RELEASE)],
    }


def _field(language: str, field: pa.Field, files: Json) -> Json:
    """A column: text, a whole number, or a list of texts."""
    listed = {"repeated": True} if pa.types.is_list(field.type) else {}
    return {
        "@type": "cr:Field",
        "@id": f"{language}/{field.name}",
        "dataType": "sc:Integer" if pa.types.is_integer(field.type) else "sc:Text",
        **listed,
        "source": {"fileSet": files, "extract": {"column": field.name}},
    }
