"""When a call that failed is made again."""
from __future__ import annotations

import random
import time
from typing import Optional

from google.protobuf.message import Message

from falcon_gateway.errors import GatewayError

MAX_ATTEMPTS = 5
FIRST_DELAY = 0.5
MAX_DELAY = 8.0


def backoff(failures: int, told: Optional[float]) -> float:
    """Seconds to wait after so many failures in a row, at least as many as the server told. Clients that failed together spread."""
    if told is not None:
        return told * random.uniform(1.0, 1.1)
    return float(min(FIRST_DELAY * 2 ** min(failures, 10), MAX_DELAY) * random.uniform(0.5, 1.0))


class Attempts:
    """The attempts of a call with one response, within one timeout."""

    def __init__(self, timeout: float) -> None:
        self._end = time.monotonic() + timeout
        self._failures = 0

    def remaining(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def delay_after(self, error: GatewayError) -> float:
        """Seconds to wait before the next attempt. Raises the error if there is none."""
        self._failures += 1
        delay = backoff(self._failures - 1, error.retry_delay)
        if not error.retryable or self._failures >= MAX_ATTEMPTS or delay >= self.remaining():
            raise error
        return delay


class Progress:
    """How far an export has come over one or more streams, and whether the next one goes on from there."""

    def __init__(self, request: Message, retry_for: float, resume_token: str) -> None:
        self.request = request
        self.resume_token = resume_token
        setattr(request, "resume_token", resume_token)
        self._retry_for = retry_for
        self._received = False
        self._failures = 0
        self._broken_since = 0.0

    def received(self, batch: Message) -> None:
        """The batch's records count as delivered."""
        self.resume_token = getattr(batch, "resume_token")
        self._received = True
        self._failures = 0

    def delay_after(self, error: GatewayError) -> float:
        """Seconds to wait before the next stream. Raises the error if the export cannot go on."""
        # A gateway that stops resets its streams, which is told in several ways.
        reset = not error.reason and (
            error.code == "CANCELLED" or "RST_STREAM" in error.message or "Stream removed" in error.message
        )
        if self._failures == 0:
            self._broken_since = time.monotonic()
        self._failures += 1
        delay = backoff(self._failures, error.retry_delay)
        restarts = self._received and not self.resume_token  # its records would come twice
        late = time.monotonic() + delay - self._broken_since > self._retry_for
        if not (error.retryable or reset) or restarts or late:
            raise error
        setattr(self.request, "resume_token", self.resume_token)
        return delay
