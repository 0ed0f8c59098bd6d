"""Mutual TLS 1.3 by one shared secret: who has the cluster key can make a certificate, and nobody else.

From each key follows an Ed25519 certificate authority (HKDF with SHA-256, RFC 5869), the same one on every
node, so there is nothing to hand out but the key. Each process issues a certificate to itself, with the id of
its node as its name and a key pair that it draws at its start and never writes down. Both sides verify; what
the other says of itself in the HANDSHAKE is held against its certificate by the core.

The certificates are valid from 1950 to 9999, as RFC 5280 (4.1.2.5) has it for those without an end. A member
with a wrong clock must still be let in, and a machine without a battery wakes up in 1970; being a member ends
when the key is changed, not with time.
"""

import asyncio
import datetime
import secrets
import ssl
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from decent_tui.core.links import Certified
from decent_tui.net.cluster_key import Key, newest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.x509 import Certificate, Name

GUEST: Final = "a program"
"""The name in the certificate of who asks a node, and is none."""

HELLO: Final = 0x16
"""The first byte of who speaks TLS: a record of the handshake (RFC 8446, 5.1). No line of JSON begins with
it."""

UNKNOWN_CA: Final = bytes((21, 3, 3, 0, 2, 2, 48))
NO_KEY: Final = bytes((21, 3, 3, 0, 2, 2, 40))
"""Alerts in plain (RFC 8446, 6.2: unknown_ca, handshake_failure): why a connection ends. asyncio closes a
connection whose handshake failed without the alert that OpenSSL has ready."""

_INFO: Final = b"decent-tui cluster authority 1"
_FIRST: Final = datetime.datetime(1950, 1, 1)
_LAST: Final = datetime.datetime(9999, 12, 31, 23, 59, 59)


class Tls:
    """The certificates of one process. Raises ValueError in one plain sentence where they cannot be made."""

    def __init__(self, keys: Sequence[Key]) -> None:
        try:
            import cryptography.x509  # noqa: F401
        except ImportError:
            why = "a cluster key needs the package cryptography: pip install 'decent-tui[secure]'"
            raise ValueError(why) from None
        self._authorities = [_Authority(key.secret) for key in keys]
        self._newest = _Authority.name_of(newest(keys).secret)
        self._name = ""
        self._issued: tuple[ssl.SSLContext, ssl.SSLContext] | None = None

    async def contexts(self, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        """How to listen and how to dial under this name (a node id). Another name than last time gets a
        certificate of its own, which takes 5 ms, in a thread."""
        if self._issued is None or self._name != name:
            issued = await asyncio.to_thread(self._issue, name)
            self._name, self._issued = name, issued
        return self._issued

    def take_over(self, other: "Tls") -> None:
        """Use the keys of another from now on."""
        self._authorities, self._newest, self._issued = other._authorities, other._newest, None

    def certified(self, transport: asyncio.BaseTransport) -> Certified | None:
        """What the certificate at the other end of a connection says; None without TLS."""
        found: dict[str, Any] | None = transport.get_extra_info("peercert")
        if not found:
            return None
        return Certified(_common(found["subject"]), old=_common(found["issuer"]) != self._newest)

    def _issue(self, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        leaf = self._authorities[0].issue(name)
        trusted = "".join(authority.pem for authority in self._authorities)
        server, client = (
            ssl.SSLContext(protocol) for protocol in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)
        )
        server.num_tickets = 0  # every connection shows its certificate anew
        for context in (server, client):
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.check_hostname = False  # a node is its id, wherever it is
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=trusted)
            _load(context, leaf)
        return server, client


class _Authority:
    """The certificate authority that follows from a secret."""

    def __init__(self, secret: bytes) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding

        self._key = _derive(secret)
        self.name = self.name_of(secret)
        public = self._key.public_key()
        certificate = _sign(self.name, self.name, public, self._key, serial=1, authority=True)
        self.pem: str = certificate.public_bytes(Encoding.PEM).decode()

    @staticmethod
    def name_of(secret: bytes) -> str:
        """What the authority is called: the beginning of its public key, so that each has a name of its
        own."""
        return f"decent-tui cluster {_derive(secret).public_key().public_bytes_raw().hex()[:16]}"

    def issue(self, name: str) -> tuple["Certificate", "Ed25519PrivateKey"]:
        """A certificate for this name, and its new key."""
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        own = Ed25519PrivateKey.generate()
        serial = x509.random_serial_number()
        return _sign(name, self.name, own.public_key(), self._key, serial=serial, authority=False), own


def _derive(secret: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return Ed25519PrivateKey.from_private_bytes(HKDF(SHA256(), 32, None, _INFO).derive(secret))


def _sign(
    name: str,
    issuer: str,
    public: "Ed25519PublicKey",
    key: "Ed25519PrivateKey",
    *,
    serial: int,
    authority: bool,
) -> "Certificate":
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usage = x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(_x509_name(name))
        .issuer_name(_x509_name(issuer))
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(_FIRST)
        .not_valid_after(_LAST)
        .add_extension(x509.BasicConstraints(authority, 0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    if not authority:
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        made = made.add_extension(x509.ExtendedKeyUsage(both), critical=False)
    return made.sign(key, None)


def _x509_name(text: str) -> "Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _load(context: ssl.SSLContext, leaf: tuple["Certificate", "Ed25519PrivateKey"]) -> None:
    """Give a context its certificate. `ssl` takes it from a file only: what lies there for a moment is of no
    use without a password that nobody else ever has."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    certificate, key = leaf
    password = secrets.token_hex(16).encode()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    with tempfile.NamedTemporaryFile() as file:  # mode 0600
        file.write(secret + certificate.public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name, password=password)


def _common(name: Sequence[Sequence[tuple[str, str]]]) -> str:
    """The common name in what `getpeercert` says of a subject or an issuer."""
    return next((value for part in name for kind, value in part if kind == "commonName"), "")


def in_words(error: ssl.SSLError) -> str:
    """Why TLS failed, as a person would say it of the other end."""
    reason = error.reason or ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "it has another cluster key"
    # after the handshake an alert in plain, such as UNKNOWN_CA above, is a record of a wrong type
    if "UNKNOWN_CA" in reason or reason == "BAD_RECORD_TYPE":
        return "it does not accept this cluster key"
    if "HANDSHAKE_FAILURE" in reason:
        return "it has no cluster key"
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"):
        return "it does not speak TLS: it has no cluster key, or is another program"
    if reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
        return "it shows no certificate"
    return f"TLS failed ({reason.lower().replace('_', ' ') or 'it broke off'})"
