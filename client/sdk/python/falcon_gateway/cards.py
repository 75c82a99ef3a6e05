"""Records as a person reads them: cards with a line for each value, with marks for severities, as fgctl shows them."""
from __future__ import annotations

import datetime
import json
import re
from typing import Any, List, Optional, Tuple, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message

from falcon_gateway.options.v1 import options_pb2
from falcon_gateway.request import is_repeated
from falcon_gateway.text import escape

R = TypeVar("R")
_MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🟢", "informational": "⚪"}
_WELL_KNOWN = "google.protobuf."


class Records(List[R]):
    """A list of records whose str() is their cards."""

    def __str__(self) -> str:
        return "\n".join(card(record) for record in self if isinstance(record, Message)) or "No records match.\n"


def enum_words(enum: Any) -> List[Tuple[str, int]]:
    """The values of an enum as they are typed: "in_progress" of DETECTION_STATUS_IN_PROGRESS."""
    prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.name).upper() + "_"
    return [(value.name[value.name.startswith(prefix) and len(prefix) :].lower(), value.number) for value in enum.values]


def card(record: Message) -> str:
    """The fields that are set, one a line, messages indented below their names. All text is escaped, none is cut."""
    return "".join(line.rstrip(" ") + "\n" for line in _lines(record))


def _lines(message: Message) -> List[str]:
    fields = message.ListFields()
    width = max([len(field.name) for field, _ in fields if not _nests(field)], default=0)
    lines: List[str] = []
    for field, value in fields:
        values = list(value) if is_repeated(field) and not _is_map(field) else [value]
        if _is_map(field):
            entry = field.message_type.fields_by_name["value"]
            texts = sorted((escape(str(key)), _text(entry, value[key])) for key in value)
            key_width = max(len(key) for key, _ in texts)
            lines += [field.name, *(f"  {key:{key_width}}  {text}" for key, text in texts)]
        elif _nests(field):
            for i, one in enumerate(values, 1):
                name = f"{field.name} {i}/{len(values)}" if len(values) > 1 else field.name
                lines += [name + ("" if one.ListFields() else "  none"), *("  " + line for line in _lines(one))]
        else:
            bands = _bands(field)
            for i, one in enumerate(values):
                lines.append(f"{'' if i else field.name:{width}}  {_text(field, one, bands)}")
    return lines


def _is_map(field: Any) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _nests(field: Any) -> bool:
    return field.message_type is not None and (_is_map(field) or not field.message_type.full_name.startswith(_WELL_KNOWN))


def _bands(field: Any) -> List[Tuple[int, str]]:
    """The bands of a score with their words, least first: those of the enum `severity` beside `severity_score`."""
    named = field.containing_type.fields_by_name.get(field.name[: -len("_score")]) if field.name.endswith("_score") else None
    if named is None or named.enum_type is None:
        return []
    scores = [value.GetOptions().Extensions[options_pb2.min_score] for value in named.enum_type.values]
    return [(score, word) for score, (word, _) in zip(scores, enum_words(named.enum_type)) if score]


def _marked(word: Optional[str], text: str) -> str:
    return f"{_MARKS[word]} {text}" if word in _MARKS else text


def _text(field: Any, value: Any, bands: Optional[List[Tuple[int, str]]] = None) -> str:
    if field.message_type is not None:
        return escape(_message_text(value))
    if field.enum_type is not None:
        words = {number: word for word, number in enum_words(field.enum_type)}
        word = words.get(value, str(value)) if value else ""
        return _marked(word, word) if field.enum_type.name.endswith(("Severity", "Rating")) else word
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value)[:-2] if repr(value).endswith(".0") else repr(value)
    if bands:
        return _marked(next((word for score, word in reversed(bands) if value >= score), None), str(value))
    return escape(str(value))


def _message_text(message: Any) -> str:
    """A value of one of protobuf's own types."""
    name = message.DESCRIPTOR.name
    if name == "Timestamp":
        instant = message.ToJsonString()
        if "." in instant:
            instant = instant[:-1].rstrip("0") + "Z"
        return f"{instant} ({_age(message.seconds)})"
    if name == "Duration":
        return _span(message.seconds + message.nanos / 1e9)
    return json.dumps(json_format.MessageToDict(message), ensure_ascii=False)


def _age(seconds: int) -> str:
    passed = int(datetime.datetime.now(datetime.timezone.utc).timestamp()) - seconds
    far = abs(passed)
    if far > 60 * 86400:
        return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=seconds // 86400))
    for unit, size, most in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600), ("d", 86400, far + 1)):
        if far < most:
            break
    text = f"{far // size} {unit}"
    return "now" if far == 0 else f"{text} ago" if passed > 0 else f"in {text}"


def _span(seconds: float) -> str:
    if seconds < 0:
        return "-" + _span(-seconds)
    for (unit, size), (part, part_size) in ((("d", 86400), ("h", 3600)), (("h", 3600), ("min", 60)), (("min", 60), ("s", 1))):
        if seconds >= size:
            rest = int(seconds) % size // part_size
            return f"{int(seconds) // size} {unit}" + (f" {rest} {part}" if rest else "")
    return f"{seconds:.3g} s"
