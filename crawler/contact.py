"""Whom a webmaster can write to: named in every request, and asked for before anything outside is fetched."""

from collections.abc import Sequence

from scrapy.settings import BaseSettings

from crawler.guard import Guard


def introduce(settings: BaseSettings) -> None:
    """Put the contact into the user agent, unless somebody has set another."""
    contact = settings.get("CONTACT")
    agent = settings["USER_AGENT"]
    if contact and contact not in agent:
        settings.set("USER_AGENT", f"{agent} (+{contact})", priority="cmdline")


def missing_contact(settings: BaseSettings, urls: Sequence[str]) -> str:
    """Return what to do where these addresses may not be asked for without CONTACT; "" where they may."""
    if settings.get("CONTACT") or Guard.from_settings(settings).serves_only(urls):
        return ""
    return (
        "CONTACT is not set: say whom a webmaster can write to, a web page or mail address, "
        "with -s CONTACT=… or in the environment"
    )
