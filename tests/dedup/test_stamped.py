"""Words that say that a time is that of an update, and others."""

import pytest

from dedup import says_updated


@pytest.mark.parametrize(
    "written",
    [
        "Diperbarui 20 Jun 2025, 15:30 WIB",
        "diperbaharui: Jumat, 20 Juni 2025",
        "Terakhir diperbarui pada 20 Juni 2025",
        "Di-update 20 Juni 2025",
        "(Last Updated: June 20, 2025)",
        "Update: 20 Juni 2025",
        "Modified 2025-06-20",
        "Edited 20 June 2025",
        "Changed 20 June 2025",
        "Aktualisiert am 20.06.2025",
        "Zuletzt aktualisiert: 20. Juni 2025",
        "Mis à jour le 20 juin 2025",
        "Dernière mise à jour : 20 juin 2025",
        "Dikemas kini 20 Jun 2025",
        "Kemaskini: 20 Jun 2025",
        "Última actualizado 20 junio 2025",
        "Aggiornato il 20 giugno 2025",
        "Laatst bijgewerkt 20 juni 2025",
        "Ratna Dewi | Diperbarui 20 Juni 2025",
        "Updated",
    ],
)
def test_an_update_says_so(written: str) -> None:
    assert says_updated(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "20 Juni 2025 15:30 WIB",
        "Terbit 20 Juni 2025, diperbarui 21 Juni 2025",
        "Diterbitkan 20 Juni 2025",
        "Published 20 June 2025 | Updated 21 June 2025",
        "Edited by Ratna Dewi, 20 June 2025",
        "Aturan yang diperbarui berlaku sejak 20 Juni 2025",
        "Updatemas 20 Juni 2025",
    ],
)
def test_what_is_published_then_does_not(written: str) -> None:
    assert not says_updated(written)
