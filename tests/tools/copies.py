"""Makes a copy in a folder of its own, and returns its bytes with the account."""

import io
import tempfile
from pathlib import Path

from evidencekit.metadata.rebuilt import Purpose
from evidencekit.metadata.strip import Order, Stripped, strip
from evidencekit.metadata.workshop import Workshop


def stripped(
    data: bytes,
    media_type: str,
    workshop: Workshop,
    purpose: Purpose = Purpose.SHARE,
    *,
    as_pictures: bool = False,
) -> tuple[bytes, Stripped]:
    with tempfile.TemporaryDirectory() as folder:
        done = strip(
            io.BytesIO(data),
            Path(folder),
            media_type=media_type,
            order=Order(purpose=purpose, as_pictures=as_pictures),
            workshop=workshop,
        )
        return done.path.read_bytes(), done
