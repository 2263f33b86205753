"""How alike two screenshots are, decided inside a browser that never saw the page.

Pictures are decoded where a decoder's fault can do no harm, in Chromium's sandbox, and no picture
library is needed. The measure (docs/format/wacz.md §6): both pictures are cut into blocks of 8 × 8
pixels. The background is the most frequent colour among the first pixels of the original's blocks.
A block counts where at least one picture has a pixel in it that is not background; it is alike
where at most two of its pixels differ by more than 32 of 255 in red, green or blue. So one letter
in place of another tells, and the softened edge of a letter does not. The likeness is the share of
the blocks that are alike, in thousandths, rounded down. Of a picture that the other side lacks, and
of what lies beyond the edge of the smaller, no block is alike.
"""

import base64
from dataclasses import dataclass
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallRefused, Connection
from evidencekit.text.catalog import _

COMPARE_S = 30.0
_COMPARE = """
async (first, second) => {
  const SIDE = 8, ROWS = 64, NEAR = 32, STRAY = 2;
  const read = async data => {
    if (data === null) return {width: 0, height: 0, strip: () => null};
    const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const {width, height} = picture;
    const canvas = new OffscreenCanvas(width, SIDE * ROWS);
    const paint = canvas.getContext("2d", {willReadFrequently: true});
    const strip = top => {
      const lines = Math.min(SIDE * ROWS, height - top);
      if (lines <= 0) return null;
      paint.clearRect(0, 0, canvas.width, canvas.height);
      paint.drawImage(picture, 0, top, width, lines, 0, 0, width, lines);
      return paint.getImageData(0, 0, width, lines).data;
    };
    return {width, height, strip};
  };
  const [a, b] = [await read(first), await read(second)];
  const original = first === null ? b : a;
  const tally = new Map();
  for (let top = 0; top < original.height; top += SIDE * ROWS) {
    const pixels = original.strip(top);
    for (let at = 0; at < pixels.length; at += 4 * original.width * SIDE) {
      for (let x = 0; x < original.width; x += SIDE) {
        const one = at + 4 * x;
        const colour = pixels[one] << 16 | pixels[one + 1] << 8 | pixels[one + 2];
        tally.set(colour, (tally.get(colour) || 0) + 1);
      }
    }
  }
  const ground = [...tally].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0][0];
  const red = ground >> 16, green = ground >> 8 & 255, blue = ground & 255;
  const isGround = (p, at) => Math.abs(p[at] - red) <= NEAR
    && Math.abs(p[at + 1] - green) <= NEAR && Math.abs(p[at + 2] - blue) <= NEAR;
  const isNear = (p, at, q, to) => Math.abs(p[at] - q[to]) <= NEAR
    && Math.abs(p[at + 1] - q[to + 1]) <= NEAR && Math.abs(p[at + 2] - q[to + 2]) <= NEAR;
  const width = Math.max(a.width, b.width), height = Math.max(a.height, b.height);
  let drawn = 0, alike = 0;
  for (let top = 0; top < height; top += SIDE * ROWS) {
    const p = a.strip(top), q = b.strip(top);
    for (let y = 0; y < SIDE * ROWS && top + y < height; y += SIDE) {
      for (let x = 0; x < width; x += SIDE) {
        let isDrawn = false, differ = 0;
        for (let v = y; v < y + SIDE && top + v < height; v++) {
          for (let u = x; u < x + SIDE && u < width; u++) {
            const at = u < a.width && top + v < a.height ? 4 * (v * a.width + u) : -1;
            const to = u < b.width && top + v < b.height ? 4 * (v * b.width + u) : -1;
            isDrawn ||= at >= 0 && !isGround(p, at) || to >= 0 && !isGround(q, to);
            differ += at < 0 || to < 0 ? (at < 0 && to < 0 ? 0 : SIDE) : !isNear(p, at, q, to);
          }
        }
        drawn += isDrawn;
        alike += isDrawn && differ <= STRAY;
      }
    }
  }
  return [drawn, alike];
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Of one or several pictures, or of two texts."""

    drawn: int
    """Blocks that are not background in at least one of two pictures; words of the longer text."""
    alike: int
    """Of these, the same in both."""

    def __add__(self, other: "Likeness") -> "Likeness":
        return Likeness(drawn=self.drawn + other.drawn, alike=self.alike + other.alike)

    @property
    def permille(self) -> int:
        """The share in thousandths, rounded down."""
        return 1000 * self.alike // self.drawn if self.drawn else 1000


def compare_pictures(
    connection: Connection, original: Path | None, replayed: Path | None
) -> Likeness:
    """Compare two PNG files, of which one may be missing, in a fresh browser.

    Raises CallFailed where one cannot be read.
    """
    return compared(connection, _COMPARE, original, replayed)


def compared(connection: Connection, script: str, *files: Path | None) -> Likeness:
    """Hand files as base64 to a script in an empty page, which returns all and the alike."""
    target = connection.call("Target.createTarget", {"url": "about:blank"}, timeout_s=COMPARE_S)
    target_id = {"targetId": target.get("targetId")}
    attached = connection.call(
        "Target.attachToTarget", {**target_id, "flatten": True}, timeout_s=COMPARE_S
    )
    contents = ", ".join(_as_script(path) for path in files)
    answer = connection.call(
        "Runtime.evaluate",
        {"expression": f"({script})({contents})", "awaitPromise": True, "returnByValue": True},
        session=str(attached.get("sessionId")),
        timeout_s=COMPARE_S,
    )
    connection.post("Target.closeTarget", target_id)
    match answer.get("result"):
        case {"value": [int(drawn), int(alike)]}:
            return Likeness(drawn=drawn, alike=alike)
        case _:
            raise CallRefused(_("a picture cannot be read"))


def _as_script(path: Path | None) -> str:
    if path is None:
        return "null"
    return f'"{base64.b64encode(path.read_bytes()).decode("ascii")}"'
