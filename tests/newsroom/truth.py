"""What a reader of the whole press would say, as one JSON file that scores are computed from."""

import json
from pathlib import Path

from tests.newsroom.outlets import OUTLETS
from tests.newsroom.texts import Press

FILE = Path(__file__).parent / "truth.json"


def truth_json(press: Press) -> str:
    """Return the truth as JSON: everything sorted, one article or group a line, the same for the same press."""
    truth = press.truth()
    articles = [
        {
            "id": text.id,
            "outlet": text.outlet,
            "language": OUTLETS[text.outlet].language,
            "title": text.title,
            "story": text.story,
            "family": press.root(text),
        }
        for _, text in sorted(press.texts.items())
    ]
    content: dict[str, list[object]] = {
        "articles": [*articles],
        "families": [*sorted(sorted(family) for family in truth.families)],
        "stories": [*sorted(sorted(story) for story in truth.stories)],
        "relations": [*sorted([*sorted(pair), relation] for pair, relation in truth.relations.items())],
    }
    parts = [f'  "{name}": [\n{_rows(rows)}\n  ]' for name, rows in content.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(rows: list[object]) -> str:
    return ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
