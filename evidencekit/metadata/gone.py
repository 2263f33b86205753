"""Words for what is left out while a file is written anew."""


class Gone:
    """Collects them in the order met, each once."""

    def __init__(self) -> None:
        self._words: dict[str, None] = {}

    def note(self, word: str) -> None:
        """Note a stable word; one more time changes nothing."""
        self._words[word] = None

    def when(self, is_there: object, word: str) -> None:
        """Note a word where there was something that is not written."""
        if is_there:
            self.note(word)

    @property
    def words(self) -> tuple[str, ...]:
        """What was noted."""
        return tuple(self._words)
