"""PyYAML's parser in Python, for installations without its C library: the same events."""

from __future__ import annotations

from yaml.error import MarkedYAMLError
from yaml.events import Event
from yaml.parser import Parser as _Parser
from yaml.reader import Reader
from yaml.scanner import Scanner


class Parser(Reader, Scanner, _Parser):
    """Yields events through `get_event`, as `yaml.cyaml.CParser` does."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        _Parser.__init__(self)

    def get_event(self) -> Event:
        """The next event.

        Raises YAMLError for whatever is wrong, an escape beyond Unicode included.
        """
        try:
            event: Event = super().get_event()  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise MarkedYAMLError(
                problem="found invalid escape code", problem_mark=self.get_mark()
            ) from error
        return event
