"""Seven questions about Falcon as coroutines. The gateway is found as FALCON_GATEWAY_* say; results print as cards."""
from __future__ import annotations

from typing import Any, Callable, Optional, Type, TypeVar

from google.protobuf.message import Message

from falcon_gateway import v1
from falcon_gateway.aio import AsyncPager
from falcon_gateway.cards import Records, enum_words
from falcon_gateway.client import AsyncClient
from falcon_gateway.options.v1 import options_pb2
from falcon_gateway.request import is_repeated

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


def _filter(kind: Type[Message], **conditions: Any) -> Message:
    """A filter from one value a field, named as on fgctl's command line: `severity` is the field `severities`."""
    message = kind()
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


async def _ask(method: Callable[..., AsyncPager[Any, R]], kind: Type[Message], limit: int, **conditions: Any) -> Records[R]:
    """The first records that fulfil the conditions."""
    records: Records[R] = Records()
    chosen = _filter(kind, **conditions)
    if limit > 0:
        async with AsyncClient() as client:
            async for record in method(client, filter=chosen, page_size=limit):
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
    conditions = {"days": days, "severity": severity, "status": status, "hostname": hostname, "technique": technique}
    return await _ask(AsyncClient.list_detections, v1.DetectionFilter, limit, **conditions)


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
    return await _ask(AsyncClient.list_iocs, v1.IocFilter, limit, days=days, type=type, severity=severity)


async def get_spotlight_vulnerabilities(
    days: int = 7, severity: Optional[str] = None, status: Optional[str] = None, limit: int = 5, hostname: Optional[str] = None
) -> Records[v1.Vulnerability]:
    """Vulnerabilities found in the last days, newest first."""
    conditions = {"days": days, "severity": severity, "status": status, "hostname": hostname}
    return await _ask(AsyncClient.list_vulnerabilities, v1.VulnerabilityFilter, limit, **conditions)


async def get_incidents(
    days: int = 7, status: Optional[str] = None, severity: Optional[str] = None, limit: int = 5
) -> Records[v1.Incident]:
    """Incidents of the last days, newest first."""
    return await _ask(AsyncClient.list_incidents, v1.IncidentFilter, limit, days=days, status=status, severity=severity)


async def get_rtr_sessions(days: int = 7, status: Optional[str] = None, limit: int = 5) -> Records[v1.RtrSession]:
    """Real-time response sessions of the last days, newest first."""
    return await _ask(AsyncClient.list_rtr_sessions, v1.RtrSessionFilter, limit, days=days, status=status)


async def get_discover_hosts(days: int = 7, status: Optional[str] = None, limit: int = 5) -> Records[v1.DiscoveredHost]:
    """Assets seen in the last days: managed, unmanaged or unsupported."""
    return await _ask(AsyncClient.list_discovered_hosts, v1.DiscoveredHostFilter, limit, days=days, status=status)
