"""Calls that block: single ones, pages, batches and exports."""
from __future__ import annotations

import time
from typing import Any, Callable, Generic, Iterator, Optional, Type, TypeVar

from google.protobuf.message import Message

from falcon_gateway.request import records_of, split
from falcon_gateway.retry import Attempts, Progress
from falcon_gateway.transport import Connection, RpcError, failure_of

P = TypeVar("P", bound=Message)
R = TypeVar("R")
Self = TypeVar("Self", bound="SyncCaller")


class Pager(Generic[P, R]):
    """Iterates over the records of all pages; each page is asked for when it is needed."""

    def __init__(self, call: Callable[[Message], P], request: Message) -> None:
        self._call = call
        self._request = request

    @property
    def pages(self) -> Iterator[P]:
        """The responses, one by one."""
        request = type(self._request)()
        request.CopyFrom(self._request)
        while True:
            response = self._call(request)
            yield response
            token = getattr(response, "next_page_token")
            if not token:
                return
            setattr(request, "page_token", token)

    def __iter__(self) -> Iterator[R]:
        for page in self.pages:
            yield from records_of(page)


class Export(Generic[P, R]):
    """Iterates over the records of an export, each once. A stream that breaks is resumed."""

    def __init__(self, call: Callable[[Message], Any], request: Message, retry_for: float) -> None:
        self._call = call
        self._request = request
        self._retry_for = retry_for
        # Goes on behind the batches that have been iterated over: `resume_token` of a later export of the same filter.
        self.resume_token: str = getattr(request, "resume_token")

    @property
    def batches(self) -> Iterator[P]:
        """The responses, one by one; those that have been iterated over do not come again."""
        progress = Progress(self._request, self._retry_for, self.resume_token)
        while True:
            stream = self._call(progress.request)
            try:
                for batch in stream:
                    progress.received(batch)
                    yield batch
                    self.resume_token = progress.resume_token
                return
            except RpcError as error:
                delay = progress.delay_after(failure_of(error))
            finally:
                stream.cancel()
            time.sleep(delay)

    def __iter__(self) -> Iterator[R]:
        for batch in self.batches:
            yield from records_of(batch)


class SyncCaller(Connection):
    """A connection and the ways to call methods over it."""

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection and the calls under way."""
        self._channel.close()

    def _unary(self, path: str, request: Message, response: Type[P], timeout: Optional[float]) -> P:
        method = self._method(path, response)
        attempts = Attempts(self.timeout if timeout is None else timeout)
        while True:
            try:
                answer: P = method(request, attempts.remaining())
                return answer
            except RpcError as error:
                delay = attempts.delay_after(failure_of(error))
            time.sleep(delay)

    def _batch(self, path: str, request: Message, response: Type[P], timeout: Optional[float]) -> P:
        parts = split(request, response)
        part = next(parts)
        while True:
            try:
                part = parts.send(self._unary(path, part, response, timeout))
            except StopIteration as end:
                whole: P = end.value
                return whole

    def _pages(self, path: str, request: Message, page: Type[P], _: Type[R], timeout: Optional[float]) -> Pager[P, R]:
        return Pager(lambda asked: self._unary(path, asked, page, timeout), request)

    def _export(self, path: str, request: Message, batch: Type[P], _: Type[R], timeout: Optional[float]) -> Export[P, R]:
        return Export(lambda asked: self._method(path, batch, streams=True)(asked, timeout), request, self.retry_for)
