"""Seven questions about Falcon as coroutines. The gateway is found as FALCON_GATEWAY_* say; results print as cards."""
from __future__ import annotations

from typing import Any, Optional, Type, TypeVar

from google.protobuf.message import Message

from falcon_gateway import v1
from falcon_gateway.aio import AsyncPager
from falcon_gateway.cards import Records, enum_words
from falcon_gateway.client import AsyncClient
from falcon_gateway.options.v1 import options_pb2
from falcon_gateway.request import is_repeated

F = TypeVar("F", bound=Message)
R = TypeVar("R")


def _number(enum: Any, name: str, word: str) -> int:
    """The enum value that a word names, in any case, with or without prefix, with - for _."""
    known = {value: number for value, number in enum_words(enum) if number}
    wanted = word.lower().replace("-", "_")
    if wanted in known:
        return known[wanted]
    if word.upper() in enum.values_by_name:
        return int(enum.values_by_name[word.upper()].number)
    raise ValueError(f"{name}: {word!r} is none of {', '.join(known)}")


def _filter(kind: Type[F], **conditions: Any) -> F:
    """A filter from one value a field, named as on fgctl's command line: `severity` is the field `severities`."""
    message: F = kind()
    fields = {field.GetOptions().Extensions[options_pb2.singular_name] or field.name: field for field in kind.DESCRIPTOR.fields}
    for name, value in conditions.items():
        if value is None:
            continue
        field = fields[name]
        if field.enum_type is not None:
            value = _number(field.enum_type, name, value)
        if is_repeated(field):
            getattr(message, field.name).append(value)
        else:
            setattr(message, field.name, value)
    return message


async def _first(limit: int, pager: AsyncPager[Any, R]) -> Records[R]:
    records: Records[R] = Records()
    if limit > 0:
        async for record in pager:
            records.append(record)
            if len(records) == limit:
                break
    return records


async def get_detections(
    days: int = 7,
    severity: Optional[str] = None,
    status: Optional[str] = None,
    limit: int = 5,
    hostname: Optional[str] = None,
    technique: Optional[str] = None,
) -> Records[v1.Detection]:
    """Detections of the last days, newest first. technique: an ATT&CK id or name."""
    chosen = _filter(v1.DetectionFilter, days=days, severity=severity, status=status, hostname=hostname, technique=technique)
    async with AsyncClient() as client:
        return await _first(limit, client.list_detections(filter=chosen, page_size=limit))


async def get_host_details(host_id: Optional[str] = None, hostname: Optional[str] = None) -> Records[v1.Host]:
    """The host of that id or name. Raises NotFound where Falcon knows none."""
    if (host_id is None) == (hostname is None):
        raise ValueError("exactly one of host_id and hostname is needed")
    async with AsyncClient() as client:
        return Records([(await client.get_host(device_id=host_id, hostname=hostname)).host])


async def get_iocs(
    days: int = 7, type: Optional[str] = None, severity: Optional[str] = None, limit: int = 5
) -> Records[v1.Ioc]:
    """IOCs created in the last days, newest first."""
    async with AsyncClient() as client:
        chosen = _filter(v1.IocFilter, days=days, type=type, severity=severity)
        return await _first(limit, client.list_iocs(filter=chosen, page_size=limit))


async def get_spotlight_vulnerabilities(
    days: int = 7,
    severity: Optional[str] = None,
    status: Optional[str] = None,
    limit: int = 5,
    hostname: Optional[str] = None,
) -> Records[v1.Vulnerability]:
    """Vulnerabilities found in the last days, newest first."""
    async with AsyncClient() as client:
        chosen = _filter(v1.VulnerabilityFilter, days=days, severity=severity, status=status, hostname=hostname)
        return await _first(limit, client.list_vulnerabilities(filter=chosen, page_size=limit))


async def get_incidents(
    days: int = 7, status: Optional[str] = None, severity: Optional[str] = None, limit: int = 5
) -> Records[v1.Incident]:
    """Incidents of the last days, newest first."""
    async with AsyncClient() as client:
        chosen = _filter(v1.IncidentFilter, days=days, status=status, severity=severity)
        return await _first(limit, client.list_incidents(filter=chosen, page_size=limit))


async def get_rtr_sessions(days: int = 7, status: Optional[str] = None, limit: int = 5) -> Records[v1.RtrSession]:
    """Real-time response sessions of the last days, newest first."""
    async with AsyncClient() as client:
        chosen = _filter(v1.RtrSessionFilter, days=days, status=status)
        return await _first(limit, client.list_rtr_sessions(filter=chosen, page_size=limit))


async def get_discover_hosts(days: int = 7, status: Optional[str] = None, limit: int = 5) -> Records[v1.DiscoveredHost]:
    """Assets seen in the last days: managed, unmanaged or unsupported."""
    async with AsyncClient() as client:
        chosen = _filter(v1.DiscoveredHostFilter, days=days, status=status)
        return await _first(limit, client.list_discovered_hosts(filter=chosen, page_size=limit))
