"""How much of the words of two documents is the same, decided where neither was seen before.

Both are parsed as HTML without running anything (DOMParser), in a browser's sandbox. The text is
that of the document without scripts, styles, templates and ``noscript``, cut into words at white
space and tags. Words are counted, not put in order: the likeness is the number of words that both
have, each as often as both have it, among those of the longer text. Hidden text counts, frames and
shadow trees do not: it is the text of the kept DOM, not what a person reads.
"""

from pathlib import Path

from evidencekit.capture.chromium.cdp import Connection
from evidencekit.capture.replay.likeness import Likeness, compared

MAX_BYTES = 16 << 20
"""Of each document; larger ones are not compared."""
_COMPARE = """
(first, second) => {
  const count = data => {
    const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
    const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "text/html");
    for (const one of parsed.querySelectorAll("script, style, template, noscript")) one.remove();
    const tally = new Map();
    const texts = parsed.createNodeIterator(parsed.documentElement, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      for (const word of text.data.split(/\\s+/u)) {
        if (word) tally.set(word, (tally.get(word) || 0) + 1);
      }
    }
    return tally;
  };
  const [a, b] = [count(first), count(second)];
  const sum = tally => [...tally.values()].reduce((x, y) => x + y, 0);
  let alike = 0;
  for (const [word, times] of a) alike += Math.min(times, b.get(word) || 0);
  return [Math.max(sum(a), sum(b)), alike];
}
"""


def compare_words(connection: Connection, original: Path, replayed: Path) -> Likeness | None:
    """Compare two HTML files; None where one is too large. Raises CallFailed."""
    if max(path.stat().st_size for path in (original, replayed)) > MAX_BYTES:
        return None
    return compared(connection, _COMPARE, original, replayed)
