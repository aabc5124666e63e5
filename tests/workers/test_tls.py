"""Encrypted connections of Dask: one that ends takes no other with it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Any

import pytest

pytest.importorskip("distributed")
pytest.importorskip("cryptography")

from distributed.comm import connect, listen

from mcuq.workers.tls import LenientSecurity

ROLES = ("client", "scheduler", "worker")
SECONDS = 60


async def _messages_despite_ends(security: LenientSecurity, ends: int) -> list[Any]:
    """What one connection brings while so many others come and end, all read by one thread."""
    received: list[Any] = []
    arrived = asyncio.Semaphore(0)
    ended = asyncio.Semaphore(0)

    async def handle(comm: Any) -> None:
        with contextlib.suppress(OSError):
            while True:
                received.append(await comm.read())
                await comm.write("answer")
                arrived.release()
        ended.release()

    async with listen("tls://127.0.0.1", handle, **security.get_listen_args("scheduler")) as here:
        arguments = security.get_connection_args("worker")
        kept = await connect(here.contact_address, **arguments)
        for number in range(ends):
            other = await connect(here.contact_address, **arguments)
            await other.write("other")
            await arrived.acquire()
            other.abort()  # with an answer that it has not read
            await asyncio.wait_for(ended.acquire(), SECONDS)
            await kept.write(number)
            await asyncio.wait_for(kept.read(), SECONDS)
        await kept.close()
    return [message for message in received if message != "other"]


def test_a_connection_that_ends_breaks_no_other() -> None:
    found = asyncio.run(_messages_despite_ends(LenientSecurity.temporary(), 5))
    assert found == list(range(5))


@pytest.mark.parametrize("role", ROLES)
def test_every_connection_may_just_end(role: str) -> None:
    option = getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", None)
    if option is None:
        pytest.skip("OpenSSL before 3 has no such option")
    security = LenientSecurity.temporary()
    for arguments in (security.get_connection_args(role), security.get_listen_args(role)):
        assert arguments["ssl_context"].options & option
        assert arguments["require_encryption"]
        assert arguments["ssl_context"].verify_mode == ssl.CERT_REQUIRED


def test_without_certificates_nothing_is_encrypted() -> None:
    assert LenientSecurity().get_connection_args("client")["ssl_context"] is None
