"""A throw-away certificate authority: the root that clients are told to trust, and a certificate for any host.

`trustme` does the same in a third of the lines, but refuses names that IDNA 2008 does not allow, such as
`my_api.example.com` or `ab--cd.example`: clients connect to them all the same, and what models write names them.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = ("127.0.0.1", "::1")
MAX_CONTEXTS = 1_000
VALID = datetime.timedelta(days=2)


class Authority:
    """One root and one leaf key; `context(host)` is a TLS server side for that host; the last MAX_CONTEXTS are kept.

    folder: where the chain files that `ssl` insists on are kept; nothing in it outlives the sandbox.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate_file = folder / "root.pem"
        self._start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
        self._root_key, self._leaf_key = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "apipack sandbox")])
        root = self._sign(self._name, self._root_key, x509.BasicConstraints(ca=True, path_length=0))
        self.certificate_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        self._key_file = folder / "leaf.key"
        self._key_file.write_bytes(
            self._leaf_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def context(self, host: str) -> ssl.SSLContext:
        """Server side for a DNS name or an address; where the client names another host (SNI), for that one."""
        with self._lock:
            if host not in self._contexts:
                if len(self._contexts) >= MAX_CONTEXTS:
                    del self._contexts[next(iter(self._contexts))]
                self._contexts[host] = self._context(host)
            return self._contexts[host]

    def _context(self, host: str) -> ssl.SSLContext:
        names = [host, "localhost"] if host in LOOPBACK else [host]  # a bare name comes without SNI from some
        alternative = x509.SubjectAlternativeName([_general_name(name) for name in names])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "recorder")])
        leaf = self._sign(subject, self._leaf_key, x509.BasicConstraints(ca=False, path_length=None), alternative)
        chain = self.folder / "leaf.pem"
        chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, self._key_file)
        context.set_alpn_protocols(["http/1.1"])
        context.sni_callback = self._switch
        return context

    def _switch(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name:
            connection.context = self.context(name)

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._start)
            .not_valid_after(self._start + VALID)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._root_key.public_key()), critical=False
            )
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._root_key, hashes.SHA256())


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.encode("ascii", "replace").decode())
