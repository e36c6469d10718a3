"""A client that a public service has no reason to block: it says who asks, keeps its pace, and backs off with jitter.

Here belong pace and retries; one request is `pipelines.web`, what is asked for `pipelines.indicators.sources`.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx
import stamina

from pipelines.web import Answer, Validators, get

MAX_BYTES = 200_000_000
MAX_WAIT_SECONDS = 60.0


class _AgainError(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.reason)
        self.answer = answer


class PoliteClient:
    """Asks one service. `contact` (an address of mail or of a page) stands in each request's User-Agent.

    `requests_per_second` bounds the pace, retries included; a request is made `attempts` times at most, and after what
    Retry-After says, where that is no longer than a minute. `wait_seconds` is the first wait of the backoff.
    """

    def __init__(
        self,
        contact: str,
        *,
        requests_per_second: float,
        attempts: int = 4,
        wait_seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = httpx.Client(headers={"User-Agent": f"waybill/0.1 ({contact})"})
        self._between = 1.0 / requests_per_second
        self._attempts, self._wait = attempts, wait_seconds
        self._clock, self._sleep = clock, sleep
        self._next = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str, known: Validators | None = None) -> Answer:
        """Ask for `url`, again where that may help. Never raises for what the network or the server do."""
        try:
            for attempt in stamina.retry_context(
                on=_whether_again, attempts=self._attempts, timeout=None,
                wait_initial=self._wait, wait_max=MAX_WAIT_SECONDS, wait_jitter=self._wait,
            ):  # fmt: skip
                with attempt:
                    return self._once(url, known)
        except _AgainError as error:
            return error.answer
        raise AssertionError("a retry ends with an answer or an error")

    def _once(self, url: str, known: Validators | None) -> Answer:
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._between
        answer = get(self._client, url, known, what="source", max_bytes=MAX_BYTES)
        if answer.passing:
            raise _AgainError(answer)
        return answer


def _whether_again(error: Exception) -> bool | float:
    if not isinstance(error, _AgainError):
        return False
    asked = error.answer.retry_after
    if asked is None:
        return True
    return asked if asked <= MAX_WAIT_SECONDS else False
