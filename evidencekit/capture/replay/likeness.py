"""How alike two screenshots are, decided inside a browser that never saw the page.

Pictures are decoded where a decoder's fault can do no harm, in Chromium's sandbox, and no picture
library is needed. The measure (docs/format/wacz.md §6): both pictures are cut into blocks of 8 × 8
pixels and each block is replaced by its mean grey, (R + G + B) / 3. The most frequent value of the
original, in steps of 4, is its background. Of the blocks that are not background in at least one
picture, the share whose values differ by at most 12 of 255 is the likeness, in thousandths, rounded
down. Where one picture is larger, its blocks beyond the other count as different unless they are
background. Two pictures of nothing but background are alike.
"""

import base64
from dataclasses import dataclass
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallRefused, Connection
from evidencekit.text.catalog import _

COMPARE_S = 30.0
_COMPARE = """
async (first, second) => {
  const SIDE = 8, ROWS = 64, NEAR = 12, STEP = 4;
  const blocks = async data => {
    const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const columns = Math.ceil(picture.width / SIDE), lines = Math.ceil(picture.height / SIDE);
    const canvas = new OffscreenCanvas(picture.width, SIDE * ROWS);
    const paint = canvas.getContext("2d", {willReadFrequently: true});
    const sums = new Float64Array(columns * lines), counts = new Uint32Array(columns * lines);
    for (let top = 0; top < picture.height; top += SIDE * ROWS) {
      const height = Math.min(SIDE * ROWS, picture.height - top);
      paint.clearRect(0, 0, canvas.width, canvas.height);
      paint.drawImage(picture, 0, top, picture.width, height, 0, 0, picture.width, height);
      const pixels = paint.getImageData(0, 0, picture.width, height).data;
      for (let y = 0, at = 0; y < height; y++) {
        const line = Math.floor((top + y) / SIDE) * columns;
        for (let x = 0; x < picture.width; x++, at += 4) {
          const block = line + Math.floor(x / SIDE);
          sums[block] += pixels[at] + pixels[at + 1] + pixels[at + 2];
          counts[block]++;
        }
      }
    }
    return {columns, lines, values: sums.map((sum, n) => sum / (3 * counts[n]))};
  };
  const [a, b] = [await blocks(first), await blocks(second)];
  const tally = new Map();
  for (const value of a.values) {
    const step = Math.floor(value / STEP);
    tally.set(step, (tally.get(step) || 0) + 1);
  }
  const ground = [...tally].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0][0];
  const isGround = value => Math.floor(value / STEP) === ground;
  const at = (p, x, y) => x < p.columns && y < p.lines ? p.values[y * p.columns + x] : null;
  let drawn = 0, alike = 0;
  for (let y = 0; y < Math.max(a.lines, b.lines); y++) {
    for (let x = 0; x < Math.max(a.columns, b.columns); x++) {
      const [one, other] = [at(a, x, y), at(b, x, y)];
      if ((one === null || isGround(one)) && (other === null || isGround(other))) continue;
      drawn++;
      alike += one !== null && other !== null && Math.abs(one - other) <= NEAR;
    }
  }
  return [drawn, alike];
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Of one or several pictures."""

    drawn: int
    """Blocks that are not background in at least one of two pictures."""
    alike: int
    """Of these, with about the same value in both."""

    def __add__(self, other: "Likeness") -> "Likeness":
        return Likeness(drawn=self.drawn + other.drawn, alike=self.alike + other.alike)

    @property
    def permille(self) -> int:
        """The share in thousandths, rounded down."""
        return 1000 * self.alike // self.drawn if self.drawn else 1000


def compare_pictures(connection: Connection, original: Path, replayed: Path) -> Likeness:
    """Compare two PNG files in a fresh browser; raises CallFailed where one cannot be read."""
    target = connection.call("Target.createTarget", {"url": "about:blank"}, timeout_s=COMPARE_S)
    target_id = {"targetId": target.get("targetId")}
    attached = connection.call(
        "Target.attachToTarget", {**target_id, "flatten": True}, timeout_s=COMPARE_S
    )
    pictures = ", ".join(
        f'"{base64.b64encode(path.read_bytes()).decode("ascii")}"' for path in (original, replayed)
    )
    answer = connection.call(
        "Runtime.evaluate",
        {"expression": f"({_COMPARE})({pictures})", "awaitPromise": True, "returnByValue": True},
        session=str(attached.get("sessionId")),
        timeout_s=COMPARE_S,
    )
    connection.post("Target.closeTarget", target_id)
    match answer.get("result"):
        case {"value": [int(drawn), int(alike)]}:
            return Likeness(drawn=drawn, alike=alike)
        case _:
            raise CallRefused(_("a picture cannot be read"))
