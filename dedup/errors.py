"""What Gema raises where a person can do something about it."""


class GemaError(Exception):
    """The root of what `dedup` raises on purpose.

    GemaError
    ├── SourceError      a file of articles cannot be read: file, row, reason
    ├── CorpusError      the corpus cannot be opened, is newer than this program, or is locked
    │   └── RecipeError  the corpus holds results of another Recipe
    ├── Busy             another process is at the same work on this corpus
    ├── Refused          what was asked for would lose something, or is not for this program to do
    ├── WrongKind        a program gave a value of another kind; a TypeError too
    ├── OutOfRange       a number of a Recipe is not one that it can be; a ValueError too
    └── UnknownArticle   no article has this id or address
    """


class SourceError(GemaError):
    """A file of articles cannot be read; the message names file and row."""


class CorpusError(GemaError):
    """The corpus cannot be used as it is; the message says what to do."""


class RecipeError(CorpusError):
    """The corpus holds results of another Recipe; the message says how to rebuild."""


class Busy(GemaError):
    """Another process is at the same work on this corpus; the message says since when."""


class Refused(GemaError):
    """What was asked for is not done; the message says why and what to do instead."""


class WrongKind(GemaError, TypeError):
    """A program gave a value of another kind; the message says which kind is wanted."""


class OutOfRange(GemaError, ValueError):
    """A number of a Recipe is not one that it can be; the message names it and what is accepted."""


class UnknownArticle(GemaError):
    """No article of the corpus has this id or address."""
