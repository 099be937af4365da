"""Where the pages of a report are, as seen from one of them. Pure."""

from urllib.parse import quote

from dedup.report.names import file_name


class Links:
    """Where the pages of a report are, from `root`, which leads to its folder: "" or "../" among files.

    `archive` leads from there to the folder of WARC files, "" where they are out of reach. `groups` is where the same
    families are as JSON, "" where that is not at hand; `stories` and `families` are where all of them are listed.
    """

    def __init__(self, root: str = "", archive: str = "") -> None:
        self.root, self.archive = root, archive
        self.overview, self.search, self.about = f"{root}index.html", f"{root}search.html", f"{root}about.html"
        self.groups = f"{root}groups.json"
        self.stories, self.families = f"{self.search}#stories", f"{self.search}#families"

    def story(self, name: str) -> str:
        """Return where the page of a story is."""
        return f"{self.root}stories/{file_name(name)}.html"

    def family(self, name: str) -> str:
        """Return where the page of a family is."""
        return f"{self.root}families/{file_name(name)}.html"

    def site(self, name: str) -> str:
        """Return where the page of a site is."""
        return f"{self.root}sites/{file_name(name)}.html"

    def record(self, file: str) -> str:
        """Return where a file of the archive is, "" where it is out of reach."""
        return f"{self.root}{self.archive}{quote(file, safe='')}" if self.archive and file.strip(".") else ""

    def asset(self, name: str) -> str:
        """Return where one of our own files is."""
        return f"{self.root}assets/{name}"

    def data(self, name: str) -> str:
        """Return where a script of data is."""
        return f"{self.root}data/{name}"
