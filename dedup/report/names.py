"""What files of a report are called: a name for every id and site that no disk refuses and no two share. Pure."""

import re
from hashlib import blake2b

# Names that mean themselves. No capitals, since some disks do not tell them apart; no `_`, which marks the others.
_AS_IT_IS = re.compile(r"[a-z0-9][a-z0-9.@-]{0,79}")
_OTHER = re.compile(r"[^a-z0-9]+")
# What Windows keeps for devices, whatever follows after a dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_READABLE = 40


def file_name(name: str) -> str:
    """Return what the file of `name` is called, without its ending; other names give other files."""
    if _AS_IT_IS.fullmatch(name) and not _DEVICES.fullmatch(name) and ".." not in name and not name.endswith("."):
        return name
    readable = _OTHER.sub("-", name.lower())[:_READABLE].strip("-")
    return f"{readable}_{blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"
