"""Which service a host belongs to, by its domain name and a dated table (``platforms.toml``).

A name says who runs the site, not who holds the machine. What such a service can be asked, and by
which law, is not here.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from evidencekit.model.hosting import Platform

_TABLE = Path(__file__).with_name("platforms.toml")


def platform_of(host: str) -> Platform | None:
    """Return the service whose domain ``host`` is, or lies below; None where none is known."""
    table = _table()
    labels = host.removesuffix(".").split(".")
    names = (".".join(labels[start:]) for start in range(len(labels)))
    return next((table[name] for name in names if name in table), None)


@cache
def _table() -> Mapping[str, Platform]:
    read = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    as_of = str(read["as_of"])
    return {
        domain: Platform(name=name, as_of=as_of)
        for name, domains in read["platforms"].items()
        for domain in domains
    }
