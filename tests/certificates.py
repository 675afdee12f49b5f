"""Certificates for tests, made when they are asked for."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import trustme


class Certificates:
    """An authority, a server's certificate for localhost and 127.0.0.1, a client's, and files of all that."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        folder = Path(self._folder.name)
        self._authority: Any = trustme.CA()
        self._stranger = trustme.CA()
        mine = self._authority.issue_cert("client@example.org")
        self.authority = str(folder / "authority.pem")
        self._authority.cert_pem.write_to_path(self.authority)
        self.stranger = str(folder / "stranger.pem")
        """An authority that has issued none of the certificates."""
        self._stranger.cert_pem.write_to_path(self.stranger)
        self.client = str(folder / "client.pem")
        mine.cert_chain_pems[0].write_to_path(self.client)
        self.client_key = str(folder / "client-key.pem")
        mine.private_key_pem.write_to_path(self.client_key)

    def server(self, *hosts: str, mutual: bool = False) -> ssl.SSLContext:
        """Return the context of a server with a certificate for *hosts*; *mutual*: its clients need one, too."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate: Any = self._authority.issue_cert(*(hosts or _HOSTS))
        certificate.configure_cert(context)
        if mutual:
            context.verify_mode = ssl.CERT_REQUIRED
            self._authority.configure_trust(context)
        return context


@cache
def certificates() -> Certificates:
    """Return the certificates of this test run."""
    return Certificates()


_HOSTS: Final = ("localhost", "127.0.0.1")
