"""Requests: how they are built, and how one that asks for many ids is split."""
from __future__ import annotations

from typing import Any, Dict, Generator, List, Optional, Type, TypeVar

from google.protobuf.message import Message

from falcon_gateway.options.v1 import options_pb2

M = TypeVar("M", bound=Message)
DEFAULT_MAX_ITEMS = 1000
_SUMS = ("upstream_calls", "skipped_values")


def build(kind: Type[M], request: Optional[M], fields: Dict[str, Any]) -> M:
    """A request of its own: `request`, if given, with the fields that are not None on top."""
    message: M = kind()
    if request is not None:
        message.CopyFrom(request)
    message.MergeFrom(kind(**fields))
    return message


def is_repeated(field: Any) -> bool:
    """Whether a field holds a list. `label` leaves protobuf in favour of `is_repeated`."""
    return bool(field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED)


def records_of(response: Message) -> Any:
    """The records of a response: its first field."""
    return getattr(response, response.DESCRIPTOR.fields[0].name)


def split(request: Message, kind: Type[M]) -> Generator[Message, M, M]:
    """Yields requests for as many ids as the gateway takes at once, takes their responses, and returns all in one."""
    field = request.DESCRIPTOR.fields[0]
    most = field.GetOptions().Extensions[options_pb2.bounds].max_items or DEFAULT_MAX_ITEMS
    asked = getattr(request, field.name)
    ids: List[str] = list(asked)
    if len(ids) > most:
        ids = list(dict.fromkeys(ids))  # the gateway answers a repeated id once
    whole: M = kind()
    sums = dict.fromkeys(_SUMS, 0)
    has_info = "read_info" in kind.DESCRIPTOR.fields_by_name
    while True:
        chunk, ids = ids[:most], ids[most:]
        del asked[:]
        asked.extend(chunk)
        response = yield request
        whole.MergeFrom(response)
        if has_info:
            info = getattr(whole, "read_info")
            # Ids beyond the size limit of a response are asked for again, unless that would be no progress.
            deferred = list(getattr(response, "read_info").deferred_ids)
            if len(deferred) < len(chunk):
                ids = deferred + ids
                info.ClearField("deferred_ids")
            for name in _SUMS:
                sums[name] += getattr(getattr(response, "read_info"), name)
                setattr(info, name, sums[name])
        if not ids:
            return whole
