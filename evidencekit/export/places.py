"""A page of the places that a file names, for whoever asks for it; it asks nobody for a map."""

from collections.abc import Iterator, Sequence

from evidencekit.export.page import page
from evidencekit.metadata.places import Place, in_minutes
from evidencekit.model.artifact import Artifact

_COLUMNS = {"places": {"places.place": 34, "places.minutes": 30, "places.source": 36}}


def render_places(artifact: Artifact, places: Sequence[Place], *, language: str) -> Iterator[bytes]:
    """Yield the page in pieces."""
    return page(
        "places.html.j2",
        document="places",
        columns=_COLUMNS,
        language=language,
        id=artifact.id,
        file_name=artifact.name,
        places=[
            (
                one,
                f"{one.latitude:.7f}, {one.longitude:.7f}",
                in_minutes(one.latitude, "N", "S"),
                in_minutes(one.longitude, "E", "W"),
                _address(one),
            )
            for one in places
        ],
    )


def _address(one: Place) -> str:
    """Return where a public map would show it: to be copied by hand, never a link."""
    at = f"{one.latitude:.6f}", f"{one.longitude:.6f}"
    return f"https://www.openstreetmap.org/?mlat={at[0]}&mlon={at[1]}#map=16/{at[0]}/{at[1]}"
