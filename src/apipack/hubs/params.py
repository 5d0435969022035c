"""Parameters of the stages snapshot and crawl."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from apipack.section import Name, Once, Positive, Real, Section, like

HubName = Literal["apis_guru", "swaggerhub", "rapidapi", "ibm"]
LocalName = Literal["files", "packages"]
"""What has no spider: the user's own files, and members of packages."""
SourceName = Literal[HubName, LocalName]


PackageName = Annotated[
    str, like(r"(@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~][A-Za-z0-9._~-]*", "the name of a package on npm or PyPI")
]
PackageVersion = Annotated[str, like(r"[0-9][A-Za-z0-9.+!-]*", "a version such as 1.4.0")]


class Snapshot(Section):
    """The pinned npm package that embeds the hub's content. sha512: base64, as npm prints it."""

    package: PackageName
    version: PackageVersion
    sha512: Annotated[str, like(r"[A-Za-z0-9+/]{86}==", "a SHA-512 in base64, as npm prints it")]


class SwaggerHubSearch(Section):
    """A part of the registry, as its search takes it."""

    query: str | None = None
    owner: str | None = None
    sort: Literal["NAME", "UPDATED", "CREATED", "OWNER", "BEST_MATCH", "TITLE"] | None = None
    order: Literal["ASC", "DESC"] | None = None


class SwaggerHub(Section):
    searches: Annotated[list[SwaggerHubSearch], Field(min_length=1)]


class RapidApiSearch(Section):
    term: str = ""
    categoryNames: list[str] = []


class RapidApi(Section):
    """accept_terms: that you have read the hub's terms of service and may crawl it."""

    accept_terms: bool
    searches: Annotated[list[RapidApiSearch], Field(min_length=1)]


class Ibm(Section):
    """urls: of documents, whole or from the hub's root. follow: also the links of pages below /apis/."""

    urls: list[Name]
    follow: bool


class Files(Section):
    """globs: files, folders (their JSON and YAML) and patterns, in which `**` stands for folders. provider: of all of
    them, None for what the servers of each say. licence: of those that name none."""

    globs: list[Name]
    provider: str | None
    licence: str | None


class Package(Section):
    """A package of the user's own npm or pip. hash: of its file, `sha512-` and base64 as npm prints it, or `sha256:`
    and hex digits as pip does. members: patterns of the documents in it, in which `*` stands for folders too. licence,
    provider: as in `Files`."""

    registry: Literal["npm", "pypi"]
    name: PackageName
    version: PackageVersion
    hash: Annotated[str, like(r"sha512-[A-Za-z0-9+/]{86}==|sha256:[0-9a-f]{64}", "npm's sha512-… or pip's sha256:…")]
    members: Annotated[list[Name], Field(min_length=1)]
    licence: str | None = None
    provider: str | None = None

    @model_validator(mode="after")
    def _is_hashed_as_its_registry_does(self) -> Package:
        if self.hash.startswith("sha512") != (self.registry == "npm"):
            raise ValueError(f"{self.name}: hash: npm pins sha512-BASE64, pypi pins sha256:HEX")
        return self


class Crawl(Section):
    """limit: APIs to collect of each hub that is crawled, None for all; limits: of single hubs. include, versions: of
    APIs.guru. delay: seconds between requests, None for the hub's default, which is the least that a public hub gets.
    """

    mode: Literal["replica", "live"]
    hubs: Annotated[list[SourceName], Field(min_length=1), Once]
    limit: Positive | None
    limits: dict[SourceName, Positive | None]
    include: list[Name] | None
    versions: Literal["preferred", "all"]
    base_urls: dict[HubName, Annotated[str, like(r"https?://.*", "an http or https address")]]
    delay: Annotated[Real, Field(ge=0)] | None
    swaggerhub: SwaggerHub
    rapidapi: RapidApi
    ibm: Ibm
    files: Files
    packages: list[Package]

    @model_validator(mode="after")
    def _can_be_crawled(self) -> Crawl:
        if "files" in self.hubs and not self.files.globs:
            raise ValueError("the hub files has nothing to read: give files.globs")
        if "packages" in self.hubs and not self.packages:
            raise ValueError("the hub packages has nothing to fetch: give packages, or a preset of configs/")
        if "ibm" in self.hubs and not (self.ibm.urls or self.ibm.follow):
            raise ValueError("ibm has no list: give ibm.urls, or set ibm.follow")
        if "rapidapi" in self.hubs and self.mode == "live" and not self.rapidapi.accept_terms:
            raise ValueError(
                "a live crawl of rapidapi is opt-in: read its terms of service, then set rapidapi.accept_terms"
            )
        return self
