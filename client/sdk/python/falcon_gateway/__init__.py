"""A client of falcon-gateway: typed methods, pagers, exports that resume, and exceptions that say what to do."""
from falcon_gateway._version import __version__
from falcon_gateway.aio import AsyncExport, AsyncPager
from falcon_gateway.cards import Records, card
from falcon_gateway.client import AsyncClient, Client
from falcon_gateway.errors import Aborted, DeadlineExceeded, FailedPrecondition, GatewayError, InvalidArgument, NotFound, OutOfRange
from falcon_gateway.errors import PermissionDenied, ResourceExhausted, Unavailable, Violation
from falcon_gateway.questions import get_detections, get_discover_hosts, get_host_details, get_incidents, get_iocs, get_rtr_sessions
from falcon_gateway.questions import get_spotlight_vulnerabilities
from falcon_gateway.sync import Export, Pager
from falcon_gateway.text import escape

__all__ = [
    "__version__", "Client", "AsyncClient", "Pager", "AsyncPager", "Export", "AsyncExport", "Records", "card", "escape",
    "GatewayError", "Aborted", "DeadlineExceeded", "FailedPrecondition", "InvalidArgument", "NotFound", "OutOfRange", "PermissionDenied",
    "ResourceExhausted", "Unavailable", "Violation",
    "get_detections", "get_discover_hosts", "get_host_details", "get_incidents", "get_iocs", "get_rtr_sessions",
    "get_spotlight_vulnerabilities",
]  # fmt: skip
