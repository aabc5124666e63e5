"""How connections of Dask that are encrypted end."""

from __future__ import annotations

import ssl
from typing import Any

from distributed import Security

_END_IS_NO_ERROR = getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", ssl.Options(0))
"""Not there where OpenSSL is older than 3."""


class LenientSecurity(Security):  # type: ignore[misc]  # Dask is half annotated: not read
    """Dask's certificates, of its settings or `temporary()` ones. A connection may just end.

    Dask ends connections without TLS's farewell. To OpenSSL that is an error, and Python 3.13 with
    OpenSSL 3.4 or later leaves it behind, so that the next connection that the thread reads, a
    sound one, breaks as well (https://github.com/python/cpython/issues/148594): workers were lost
    as they came. Dask's messages say how long they are: one that is cut short is found all the
    same.
    """

    def get_connection_args(self, role: str) -> dict[str, Any]:
        """As Dask's."""
        return _lenient(super().get_connection_args(role))

    def get_listen_args(self, role: str) -> dict[str, Any]:
        """As Dask's."""
        return _lenient(super().get_listen_args(role))


def _lenient(arguments: dict[str, Any]) -> dict[str, Any]:
    context = arguments["ssl_context"]
    if context is not None:  # without certificates there is none
        context.options |= _END_IS_NO_ERROR
    return arguments
