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
    return (
        Gauge(
            of("of the shorter text's words stand in the longer"),
            percent(measured.taken),
            of("a copy from %(share)s on", share=percent(recipe.syndicated_share)),
        ),
        Gauge(
            of("likeness, as one report in two versions"),
            percent(measured.likeness),
            of(
                "decides from %(low)s to %(high)s of the shorter text",
                low=percent(recipe.syndicated_share - recipe.syndicated_band),
                high=percent(recipe.syndicated_share + recipe.syndicated_band),
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
