"""Where a run's results go, and by which rules it works, asked before hours of work depend on it. No Scrapy."""

import os
from collections.abc import Container
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

from w3lib.url import file_uri_to_path

from crawler import furniture
from crawler.rules import RuleError


def wrong_archive(settings: Any) -> str:
    """Return what is wrong with ARCHIVE_DIR and what to do; "" where raw pages can be kept there, or shall not be."""
    if not settings.getbool("ARCHIVE_ENABLED"):
        return ""
    reason = reason_against_folder(Path(settings["ARCHIVE_DIR"]))
    if not reason:
        return ""
    return (
        f"ARCHIVE_DIR={settings['ARCHIVE_DIR']}: raw pages cannot be kept there, {reason}; "
        "name another folder with -s ARCHIVE_DIR=…, or keep none with -s ARCHIVE_ENABLED=0"
    )


def wrong_feeds(settings: Any) -> list[str]:
    """Return a line for each file of -o, -O or FEEDS that cannot be written; storages elsewhere are not asked."""
    storages = settings.getwithbase("FEED_STORAGES")
    reasons = {str(uri): _reason_against_feed(str(uri), storages) for uri in settings.getdict("FEEDS")}
    return [
        f"{uri}: articles cannot be written there, {reason}; name another file with -o or -O"
        for uri, reason in reasons.items()
        if reason
    ]


def reason_against_folder(folder: Path) -> str:
    """Return why no file can be made in a folder, "" where it can; the folder is there afterwards."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Only trying tells of all that can be in the way: modes, read-only disks, quotas, what is no disk at all.
        with TemporaryFile(dir=folder):
            return ""
    except FileExistsError as error:
        return f"{error.filename} is no folder"
    except OSError as error:
        return f"{error.filename or folder}: {error.strerror}"


def reason_against_file(path: Path) -> str:
    """Return why a file cannot be written, "" where it can; what it holds is left as it is."""
    if path.is_dir():
        return "it is a folder"
    if path.exists():
        # Not opened: a pipe would wait for its reader.
        return "" if os.access(path, os.W_OK) else "it is not writable for this user"
    return reason_against_folder(path.parent)


def _reason_against_feed(uri: str, storages: Container[str]) -> str:
    scheme = urlsplit(uri).scheme
    if scheme not in storages:
        return f"no storage is called {scheme}:"
    if scheme not in {"", "file"}:
        return ""
    path = file_uri_to_path(uri) if scheme else uri
    known, placeholder, _ = path.partition("%(")
    # What stands for `%(time)s` is known when the crawl begins; the folders before it are now.
    return reason_against_folder(Path(f"{known}_").parent) if placeholder else reason_against_file(Path(path))


def wrong_rules() -> str:
    """Return what is wrong with the user's own rules of furniture, and what to do; "" where they can be used."""
    try:
        furniture.check()
    except RuleError as error:
        return str(error)
    return ""
