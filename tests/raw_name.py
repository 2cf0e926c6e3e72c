"""Header names as clients in other languages may send them."""


class RawName(str):
    """A name that kafka-python sends as these bytes."""

    _content: bytes

    def __new__(cls, content: bytes) -> "RawName":
        name = super().__new__(cls, repr(content))
        name._content = content
        return name

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self._content
