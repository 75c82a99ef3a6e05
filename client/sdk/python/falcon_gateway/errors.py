"""What a failed call raises: the gateway's status with its google.rpc details, in readable parts."""
from __future__ import annotations

import importlib.resources
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple, Union

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from falcon_gateway.text import escape

DETAILS_KEY = "grpc-status-details-bin"
PUSHBACK_KEY = "grpc-retry-pushback-ms"


class Violation(NamedTuple):
    """A wrong field of the request, or a quota that is spent."""

    field: str
    description: str


class GatewayError(Exception):
    """A call that failed. The usual gRPC codes have subclasses of their names. Text is as it came: str() shows it escaped."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        # gRPC's name of the code: "INVALID_ARGUMENT".
        self.code = code
        self.message = message
        # A value of ErrorReason without its prefix: "FQL_INVALID". Empty if the gateway did not answer.
        self.reason = ""
        # Facts such as trace_id and http_status; errors.proto lists them.
        self.metadata: Dict[str, str] = {}
        # The wrong fields, by their path in the request.
        self.violations: List[Violation] = []
        # The quotas that are spent.
        self.quotas: List[Violation] = []
        # Seconds after which the same call may succeed; None if that is not known.
        self.retry_delay: Optional[float] = None
        # The server forbids retries, whatever the code says.
        self.retry_forbidden = False

    @property
    def required_scopes(self) -> List[str]:
        """The API scopes that the gateway's credentials lack."""
        return [scope.strip() for scope in self.metadata.get("required_scopes", "").split(",") if scope.strip()]

    @property
    def corrected_filter(self) -> Optional[str]:
        """`filter.fql` with every mistake corrected, where the gateway knows it."""
        return self.metadata.get("corrected_filter")

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later."""
        if self.retry_forbidden or self.reason == "CURSOR_EXPIRED":  # a list whose cursor expired starts over
            return False
        if self.reason:
            return self.metadata.get("retryable") == "true"
        return self.code == "UNAVAILABLE" or self.retry_delay is not None

    def __str__(self) -> str:
        lines = [f"{self.message or 'The call failed.'} ({self.reason or self.code})"]
        lines += [f"  {field}: {text}" for field, text in self.violations + self.quotas if text not in self.message]
        if self.metadata.get("upstream_text"):
            lines.append(f"  Falcon's message: {self.metadata['upstream_text']}")
        if self.corrected_filter:
            lines.append(f"  Corrected filter: {self.corrected_filter}")
        if self.code == "UNAVAILABLE" and not self.reason:
            lines.append("  Is a gateway running at the client's address, and does it use TLS as this client does?")
        if self.required_scopes:
            lines.append(f"  Missing API scopes: {', '.join(self.required_scopes)}")
        return "\n".join(escape(line) for line in lines)


class InvalidArgument(GatewayError):
    """A field of the request is wrong: see `violations` and `corrected_filter`."""


class NotFound(GatewayError):
    """Falcon knows no such record."""


class OutOfRange(GatewayError):
    """The list cannot be read that far."""


class PermissionDenied(GatewayError):
    """The gateway's credentials lack an API scope: see `required_scopes`."""


class FailedPrecondition(GatewayError):
    """The operator of the gateway has to correct its settings."""


class ResourceExhausted(GatewayError):
    """A budget or a limit is spent: see `retry_delay`."""


class Aborted(GatewayError):
    """The list has to be started over, or the export resumed."""


class Unavailable(GatewayError):
    """The gateway or Falcon cannot be reached."""


class DeadlineExceeded(GatewayError):
    """There was no response in time."""


_CLASSES = {kind.__name__: kind for kind in GatewayError.__subclasses__()}


def _google_rpc() -> Any:
    """google.rpc in a pool of its own, so that it can stand beside googleapis-common-protos."""
    described = importlib.resources.files("falcon_gateway").joinpath("google_rpc.binpb").read_bytes()
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(described).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_POOL = _google_rpc()


def _read(name: str, data: bytes) -> Any:
    kind = _POOL.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(kind).FromString(data)
    return message_factory.MessageFactory(_POOL).GetPrototype(kind).FromString(data)  # protobuf before 4.22


def _add_detail(error: GatewayError, name: str, data: bytes) -> None:
    if name == "google.rpc.ErrorInfo":
        info = _read(name, data)
        error.reason, error.metadata = info.reason, dict(info.metadata)
    elif name == "google.rpc.BadRequest":
        error.violations += [Violation(one.field, one.description) for one in _read(name, data).field_violations]
    elif name == "google.rpc.QuotaFailure":
        error.quotas += [Violation(one.subject, one.description) for one in _read(name, data).violations]
    elif name == "google.rpc.RetryInfo":
        delay = _read(name, data).retry_delay
        error.retry_delay = delay.seconds + delay.nanos / 1e9


def error_from(code: str, text: str, trailers: Iterable[Tuple[str, Union[str, bytes]]]) -> GatewayError:
    """The exception for a status. Details that cannot be read are left out: the status itself always arrives."""
    error = _CLASSES.get(code.title().replace("_", ""), GatewayError)(code, text)
    values = {key: value for key, value in trailers}
    details = values.get(DETAILS_KEY, b"")
    try:
        for detail in _read("google.rpc.Status", details if isinstance(details, bytes) else b"").details:
            _add_detail(error, detail.type_url.rpartition("/")[2], detail.value)
    except message.DecodeError:
        pass
    pushback = str(values.get(PUSHBACK_KEY, ""))
    if pushback.isdigit():
        error.retry_delay = max(error.retry_delay or 0.0, int(pushback) / 1000)
    elif pushback:  # negative, or none that gRPC knows: both forbid a retry
        error.retry_forbidden = True
    return error
