"""Calls for asyncio: single ones, pages, batches and exports."""
from __future__ import annotations

import asyncio
from typing import Any, AsyncIterator, Awaitable, Callable, Generic, Optional, Type, TypeVar

from google.protobuf.message import Message

from falcon_gateway.request import records_of, split
from falcon_gateway.retry import Attempts, Progress
from falcon_gateway.transport import Connection, RpcError, failure_of

P = TypeVar("P", bound=Message)
R = TypeVar("R")
Self = TypeVar("Self", bound="AsyncCaller")


class AsyncPager(Generic[P, R]):
    """Iterates over the records of all pages; each page is asked for when it is needed."""

    def __init__(self, call: Callable[[Message], Awaitable[P]], request: Message) -> None:
        self._call = call
        self._request = request

    @property
    async def pages(self) -> AsyncIterator[P]:
        """The responses, one by one."""
        request = type(self._request)()
        request.CopyFrom(self._request)
        while True:
            response = await self._call(request)
            yield response
            token = getattr(response, "next_page_token")
            if not token:
                return
            setattr(request, "page_token", token)

    async def __aiter__(self) -> AsyncIterator[R]:
        async for page in self.pages:
            for record in records_of(page):
                yield record


class AsyncExport(Generic[P, R]):
    """Iterates over the records of an export, each once. A stream that breaks is resumed."""

    def __init__(self, call: Callable[[Message], Any], request: Message, retry_for: float) -> None:
        self._call = call
        self._request = request
        self._retry_for = retry_for
        # Goes on behind the batches that have been iterated over: `resume_token` of a later export of the same filter.
        self.resume_token: str = getattr(request, "resume_token")

    @property
    async def batches(self) -> AsyncIterator[P]:
        """The responses, one by one; those that have been iterated over do not come again."""
        progress = Progress(self._request, self._retry_for, self.resume_token)
        while True:
            stream = self._call(progress.request)
            try:
                async for batch in stream:
                    progress.received(batch)
                    yield batch
                    self.resume_token = progress.resume_token
                return
            except RpcError as error:
                delay = progress.delay_after(failure_of(error))
            finally:
                stream.cancel()
            await asyncio.sleep(delay)

    async def __aiter__(self) -> AsyncIterator[R]:
        async for batch in self.batches:
            for record in records_of(batch):
                yield record


class AsyncCaller(Connection):
    """A connection and the ways to call methods over it. It is opened by the first call, in that call's event loop."""

    _asynchronous = True

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection and the calls under way."""
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close()

    async def _unary(self, path: str, request: Message, response: Type[P], timeout: Optional[float]) -> P:
        method = self._method(path, response)
        attempts = Attempts(self.timeout if timeout is None else timeout)
        while True:
            try:
                answer: P = await method(request, attempts.remaining())
                return answer
            except RpcError as error:
                delay = attempts.delay_after(failure_of(error))
            await asyncio.sleep(delay)

    async def _batch(self, path: str, request: Message, response: Type[P], timeout: Optional[float]) -> P:
        parts = split(request, response)
        part = next(parts)
        while True:
            try:
                part = parts.send(await self._unary(path, part, response, timeout))
            except StopIteration as end:
                whole: P = end.value
                return whole

    def _pages(self, path: str, request: Message, page: Type[P], _: Type[R], timeout: Optional[float]) -> AsyncPager[P, R]:
        return AsyncPager(lambda asked: self._unary(path, asked, page, timeout), request)

    def _export(self, path: str, request: Message, batch: Type[P], _: Type[R], timeout: Optional[float]) -> AsyncExport[P, R]:
        return AsyncExport(lambda asked: self._method(path, batch, streams=True)(asked, timeout), request, self.retry_for)
