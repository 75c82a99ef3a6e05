"""The one place that touches grpc, which has no types: where the gateway is, channels to it, calls, and the errors of calls."""
from __future__ import annotations

import importlib
import os
import pathlib
from typing import Any, Callable, ClassVar, List, Optional, Tuple, Type, TypeVar

from google.protobuf.message import Message

from falcon_gateway._version import __version__
from falcon_gateway.errors import GatewayError, error_from

R = TypeVar("R", bound=Message)
_grpc: Any = importlib.import_module("grpc")
_aio: Any = importlib.import_module("grpc.aio")
RpcError: Type[Exception] = _grpc.RpcError

_OPTIONS = [
    ("grpc.primary_user_agent", f"falcon-gateway-client-python/{__version__}"),
    # The gateway bounds its responses.
    ("grpc.max_receive_message_length", -1),
    # A gateway that restarts is found again soon.
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.min_reconnect_backoff_ms", 5000),
    ("grpc.max_reconnect_backoff_ms", 5000),
]


class Connection:
    """Where the gateway is, and how calls of it are made by default.

    address: HOST:PORT or unix:PATH. Default: FALCON_GATEWAY_ADDRESS, else 127.0.0.1:50051.
    tls: use TLS; on by itself where a file is given.
    ca_file: PEM file of the authorities to trust. Default: FALCON_GATEWAY_CA_FILE, else the system's.
    cert_file, key_file: the client certificate and its key, for mutual TLS. Default: FALCON_GATEWAY_CERT_FILE and
        FALCON_GATEWAY_KEY_FILE.
    caller: the name under which the gateway accounts calls without a client certificate.
    timeout: seconds that a call with one response may take, retries included.
    retry_for: seconds without progress after which an export is given up.
    """

    _asynchronous: ClassVar[bool] = False

    def __init__(
        self,
        address: Optional[str] = None,
        *,
        tls: bool = False,
        ca_file: Optional[str] = None,
        cert_file: Optional[str] = None,
        key_file: Optional[str] = None,
        caller: Optional[str] = None,
        timeout: float = 30.0,
        retry_for: float = 120.0,
    ) -> None:
        self.address = address or os.environ.get("FALCON_GATEWAY_ADDRESS") or "127.0.0.1:50051"
        self.timeout = timeout
        self.retry_for = retry_for
        self.metadata: List[Tuple[str, str]] = [("falcon-caller", caller)] if caller else []
        ca_file = ca_file or os.environ.get("FALCON_GATEWAY_CA_FILE")
        if not cert_file and not key_file:
            cert_file = os.environ.get("FALCON_GATEWAY_CERT_FILE")
            key_file = os.environ.get("FALCON_GATEWAY_KEY_FILE")
        if bool(cert_file) != bool(key_file):
            raise ValueError("cert_file and key_file go together, as do FALCON_GATEWAY_CERT_FILE and FALCON_GATEWAY_KEY_FILE")
        self._credentials: Any = None
        if tls or ca_file or cert_file:
            ca, key, cert = (pathlib.Path(file).read_bytes() if file else None for file in (ca_file, key_file, cert_file))
            self._credentials = _grpc.ssl_channel_credentials(ca, key, cert)
        # A channel for asyncio belongs to the event loop that the first call runs in.
        self._channel: Any = None if self._asynchronous else self._open()

    def _open(self) -> Any:
        library = _aio if self._asynchronous else _grpc
        if self._credentials is None:
            return library.insecure_channel(self.address, options=_OPTIONS)
        return library.secure_channel(self.address, self._credentials, options=_OPTIONS)

    def _method(self, path: str, response: Type[R], streams: bool = False) -> Callable[[Message, Optional[float]], Any]:
        """The method at the path: a function of a request and a timeout, whose result is grpc's."""
        if self._channel is None:
            self._channel = self._open()
        kind = self._channel.unary_stream if streams else self._channel.unary_unary
        method = kind(path, request_serializer=lambda asked: asked.SerializeToString(), response_deserializer=response.FromString)
        return lambda request, timeout: method(request, timeout=timeout, metadata=self.metadata)


def failure_of(error: Any) -> GatewayError:
    """What grpc's exception says."""
    failure = error_from(error.code().name, error.details() or "", error.trailing_metadata() or ())
    failure.__cause__ = error
    return failure
