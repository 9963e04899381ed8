"""Protocol buffers as bytes: enough to read a message whose field numbers one knows, without its description."""

from __future__ import annotations

from typing import Final

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
SIZES: Final = {FIXED64: 8, FIXED32: 4}
LONGEST_VARINT: Final = 10


class Message:
    """The fields of a message, by their numbers. A field that is not there reads as its type's empty value."""

    def __init__(self, data: bytes) -> None:
        """Read all fields; raises ValueError where the bytes are no message."""
        self._fields: dict[int, list[int | bytes]] = {}
        position = 0
        while position < len(data):
            tag, position = _varint(data, position)
            value, position = _value(data, position, tag & 7)
            self._fields.setdefault(tag >> 3, []).append(value)

    def has(self, field: int) -> bool:
        """Tell whether a field is there."""
        return field in self._fields

    def number(self, field: int) -> int:
        """Give a number, or an enumeration's value."""
        value = self._fields.get(field, [0])[-1]
        if isinstance(value, int):
            return value
        raise ValueError(f"field {field} is not a number")

    def flag(self, field: int) -> bool:
        """Give a truth value."""
        return self.number(field) != 0

    def data(self, field: int) -> bytes:
        """Give bytes; those of a text or of a message inside this one too."""
        return self._all_data(field)[-1] if self.has(field) else b""

    def text(self, field: int) -> str:
        """Give a text."""
        return self.data(field).decode()

    def message(self, field: int) -> Message:
        """Give a message inside this one."""
        return Message(self.data(field))

    def messages(self, field: int) -> list[Message]:
        """Give all messages of a repeated field."""
        return [Message(data) for data in self._all_data(field)]

    def _all_data(self, field: int) -> list[bytes]:
        values = self._fields.get(field, [])
        data = [value for value in values if isinstance(value, bytes)]
        if len(data) < len(values):
            raise ValueError(f"field {field} is not made of bytes")
        return data


def _varint(data: bytes, position: int) -> tuple[int, int]:
    number = 0
    for shift, byte in enumerate(data[position : position + LONGEST_VARINT]):
        number |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:  # noqa: PLR2004
            return number, position + shift + 1
    raise ValueError("the message is cut off")


def _value(data: bytes, position: int, wire_type: int) -> tuple[int | bytes, int]:
    if wire_type == VARINT:
        return _varint(data, position)
    if wire_type == BYTES:
        size, position = _varint(data, position)
    elif wire_type in SIZES:
        size = SIZES[wire_type]
    else:
        raise ValueError(f"wire type {wire_type} is unknown")
    if position + size > len(data):
        raise ValueError("the message is cut off")
    return data[position : position + size], position + size
