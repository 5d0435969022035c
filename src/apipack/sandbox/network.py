"""A network of its own, in which every address is this machine: run inside a fresh network namespace.

`ip` makes the whole address space local (AnyIP), so that IP literals lead here as well; nftables redirects every
TCP port to the recorder's. quickack spares delayed acknowledgements, 30 ms a call of some clients.

Redirection keeps a record of each connection, and the kernel has room for so many: nf_conntrack_max, 65,536 on a small
machine. What is no TCP has no record. New connections beyond BURST wait their turn at NEW_A_SECOND, and the kernel
clears ended ones at the latest after two minutes: no call can fill the table for the next one.
"""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

from apipack.sandbox.recorder import PORT

LINKS = (
    "link set lo up",
    "route add local 0.0.0.0/0 dev lo quickack 1",
)
LINKS_IPV6 = ("-6 route add local ::/0 dev lo quickack 1",)
NEW_A_SECOND, BURST = 400, 1_000
SECONDS = {"established": 120, "syn_sent": 5, "syn_recv": 5, "fin_wait": 5, "close_wait": 10, "last_ack": 5}
SECONDS |= {"time_wait": 1, "close": 1, "unacknowledged": 30, "max_retrans": 30}
"""State of a TCP connection → seconds that its record stays after the last packet."""
TIMEOUTS = Path("/proc/sys/net/netfilter")
RULES = """
table {family} apipack {{
  chain untracked {{
    type filter hook output priority raw;
    meta l4proto != tcp notrack;
  }}
  chain bounded {{
    type filter hook output priority filter;
    meta l4proto tcp ct state new limit rate over {rate}/second burst {burst} packets drop;
  }}
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
    for state, seconds in SECONDS.items():
        with contextlib.suppress(OSError):  # without root's, the kernel's own stay, and the rate bounds the records
            (TIMEOUTS / f"nf_conntrack_tcp_timeout_{state}").write_text(str(seconds))


def _redirect(family: str, *, check: bool) -> None:
    rules = RULES.format(family=family, port=PORT, rate=NEW_A_SECOND, burst=BURST)
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=check, capture_output=True)
