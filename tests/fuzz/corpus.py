"""A target's corpus in one file: each entry is its length in four octets, big-endian, and its octets.

Findings that were mended stand beside it as files of their own, tests/fuzz/corpus/TARGET/NAME.
"""
import hashlib
from pathlib import Path


def entries(path):
    octets = path.read_bytes() if path.exists() else b""
    at = 0
    while at < len(octets):
        size = int.from_bytes(octets[at:at + 4], "big")
        yield octets[at + 4:at + 4 + size]
        at += 4 + size


def unpack(corpus, name, into):
    found = [p.read_bytes() for p in (corpus / name).glob("*")] if (corpus / name).is_dir() else []
    for entry in [*entries(corpus / f"{name}.bin"), *found]:
        (Path(into) / hashlib.sha1(entry).hexdigest()).write_bytes(entry)


def pack(folder, corpus, name, most=300_000):
    """The smallest entries first, so that a bound on the whole costs the fewest; sorted, so that a file that did
    not change stays as it was."""
    chosen, size = set(), 0
    for entry in sorted({p.read_bytes() for p in Path(folder).iterdir()}, key=lambda e: (len(e), e)):
        if size + len(entry) + 4 > most:
            break
        chosen.add(entry)
        size += len(entry) + 4
    octets = b"".join(len(e).to_bytes(4, "big") + e for e in sorted(chosen, key=lambda e: (len(e), e)))
    (corpus / f"{name}.bin").write_bytes(octets)
