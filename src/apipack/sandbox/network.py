"""A network of its own, in which every address is this machine: run inside a fresh network namespace.

`ip` makes the whole address space local (AnyIP), so that IP literals lead here as well; nftables redirects every
TCP port to the recorder's. quickack spares delayed acknowledgements, 30 ms a call of some clients.
"""

from __future__ import annotations

import subprocess

from apipack.sandbox.recorder import PORT

LINKS = (
    "link set lo up",
    "route add local 0.0.0.0/0 dev lo quickack 1",
)
LINKS_IPV6 = ("-6 route add local ::/0 dev lo quickack 1",)
RULES = """
table {family} apipack {{
  chain out {{
    type nat hook output priority -100;
    meta l4proto tcp redirect to :{port}
  }}
}}
"""


def configure() -> None:
    """Set up routes and redirection, of IPv6 too where there is some; CalledProcessError where the kernel refuses."""
    for words in LINKS:
        subprocess.run(["ip", *words.split()], check=True, capture_output=True)
    _redirect("ip", check=True)
    for words in LINKS_IPV6:
        subprocess.run(["ip", *words.split()], check=False, capture_output=True)
    _redirect("ip6", check=False)


def _redirect(family: str, *, check: bool) -> None:
    rules = RULES.format(family=family, port=PORT)
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=check, capture_output=True)
