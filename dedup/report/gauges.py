"""What was measured of two texts against what the Recipe asks for, in words. Pure."""

from dataclasses import dataclass

from dedup.records import Measures, Recipe
from dedup.report.language import Language
from dedup.report.wording import percent


@dataclass(frozen=True, slots=True)
class Gauge:
    """A measure: its name, its value here, and the threshold it is held against, "" where there is none."""

    name: str
    value: str
    limit: str = ""


def gauges(measured: Measures, recipe: Recipe, language: Language) -> tuple[Gauge, ...]:
    """Return what was measured of two texts."""
    of, number = language.of, language.number
    low, high = recipe.doubtful
    return (
        Gauge(
            of("of the shorter text's words stand in the longer"),
            percent(measured.taken),
            of("none below %(low)s, a copy above %(high)s", low=percent(low), high=percent(high)),
        ),
        Gauge(
            of("likeness, as one report in two versions"),
            percent(measured.likeness),
            of(
                "in between, a copy from %(share)s on; on one site from %(more)s, with %(share)s of the words",
                share=percent(recipe.syndicated_share),
                more=percent(recipe.revision_line),
            ),
        ),
        Gauge(
            of("Jaccard of their phrases"),
            language.decimal(measured.jaccard, 2),
            of("near from %(share)s on", share=language.decimal(recipe.near_jaccard, 2)),
        ),
        Gauge(
            of("of the shorter text outside quotation marks is shared"),
            percent(measured.outside_quotes),
            of("only quotes below %(share)s", share=percent(recipe.quotes_share)),
        ),
        Gauge(
            of("longest shared run, in words"),
            number(measured.longest_run),
            of("mere phrases below %(words)s", words=number(recipe.excerpt_run)),
        ),
        Gauge(
            of("numbers in common"),
            percent(measured.numbers),
            of("a template may be below %(share)s", share=percent(recipe.template_numbers)),
        ),
        Gauge(
            of("numbers replaced in place"),
            number(measured.replaced_numbers),
            of("a template may be from %(count)s on", count=number(recipe.template_replacements)),
        ),
        Gauge(of("names in common"), percent(measured.names)),
        Gauge(of("shared words"), number(measured.shared_words)),
    )
