"""KAW's own certificate: looked at before the start, so that what is wrong is said in one line."""

import logging
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from kaw.i18n import _

log = logging.getLogger(__name__)

_DER, _PUBLIC = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


class CertificateUnusable(Exception):
    """KAW cannot serve HTTPS with these files; the text says why."""


def check(certificate: str, key: str) -> None:
    """Whether the files of KAW_TLS_CERT and KAW_TLS_KEY hold a certificate and its key; an expired one is warned of."""
    if not certificate and not key:
        return
    if not certificate or not key:
        raise CertificateUnusable(_("KAW_TLS_CERT and KAW_TLS_KEY belong together: set both or none."))
    found, secret = _certificate(certificate), _key(key)
    if found.public_key().public_bytes(_DER, _PUBLIC) != secret:
        raise CertificateUnusable(_("KAW_TLS_KEY: this key does not belong to the certificate in KAW_TLS_CERT."))
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        text = _("KAW_TLS_CERT: this certificate cannot be used: {why}").format(why=error.reason)
        raise CertificateUnusable(text) from error
    if found.not_valid_after_utc < datetime.now(UTC):
        day = found.not_valid_after_utc.strftime("%d.%m.%Y")
        log.warning(_("The certificate in KAW_TLS_CERT expired on {day}: browsers warn of it.").format(day=day))


def _certificate(path: str) -> x509.Certificate:
    """The first of the file is the server's own; those that follow vouch for it."""
    try:
        return x509.load_pem_x509_certificates(_read("KAW_TLS_CERT", path))[0]
    except ValueError as error:
        raise CertificateUnusable(
            _("KAW_TLS_CERT: there is no certificate (PEM) in {path}").format(path=path)
        ) from error


def _key(path: str) -> bytes:
    """The public half, for comparing."""
    try:
        private = serialization.load_pem_private_key(_read("KAW_TLS_KEY", path), None)
    except TypeError as error:
        text = _("KAW_TLS_KEY: the key in {path} is locked by a password; KAW needs it without.").format(path=path)
        raise CertificateUnusable(text) from error
    except ValueError as error:
        raise CertificateUnusable(
            _("KAW_TLS_KEY: there is no private key (PEM) in {path}").format(path=path)
        ) from error
    return private.public_key().public_bytes(_DER, _PUBLIC)


def _read(variable: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        text = _("{variable}: the file {path} cannot be read: {why}")
        raise CertificateUnusable(text.format(variable=variable, path=path, why=error.strerror)) from error
