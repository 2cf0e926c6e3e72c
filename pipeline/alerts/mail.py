"""Send alerts by e-mail."""

import smtplib
import ssl
from contextlib import ExitStack
from email.message import EmailMessage
from email.utils import format_datetime

import stamina

from pipeline.alerts.match import Match
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.settings import Alerts

_TIMEOUT = 20.0
_ATTEMPTS = 4


def compose(match: Match, sender: str, to: str) -> EmailMessage:
    """Return the message. Its headers contain no line breaks, whatever the headline contains."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = _line(f"[{match.alert}] {match.prefix}{match.headline or match.text}")[:200]
    mail["Date"] = format_datetime(match.at)
    mail["Message-ID"] = f"<{match.id}@wire.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    times = f"{match.source or 'unknown'}, {match.versioncreated:%Y-%m-%d %H:%M} UTC, version {match.version}"
    parts = (_line(match.headline or ""), _line(match.differs or ""), match.said, times, match.uri)
    mail.set_content("\n\n".join(part for part in parts if part) + "\n")
    return mail


def send(settings: Alerts, message: EmailMessage) -> None:
    """Send it to the mail server, with retries and back-off.

    Raises DeliveryFailed with the reason, and ConfigurationError if no mail server is configured.
    """
    if not settings.smtp_host:
        raise ConfigurationError("no mail server is configured (alerts.smtp_host)")
    try:
        for attempt in stamina.retry_context(
            on=_is_transient, attempts=_ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=8.0
        ):
            with attempt:
                _send(settings, settings.smtp_host, message)
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryFailed(f"mail server {settings.smtp_host}: {_reason(error)}") from None


def _send(settings: Alerts, host: str, message: EmailMessage) -> None:
    with ExitStack() as stack:
        trust = ssl.create_default_context()
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, settings.smtp_port, timeout=_TIMEOUT, context=trust)
        else:
            server = smtplib.SMTP(host, settings.smtp_port, timeout=_TIMEOUT)
        stack.enter_context(server)
        if settings.smtp_security == "starttls":
            server.starttls(context=trust)
        if settings.smtp_username and settings.smtp_password:
            server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _is_transient(error: Exception) -> bool:
    """Return whether another attempt may succeed; a 5xx reply is final."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < 500
    return isinstance(error, smtplib.SMTPException | OSError) and not isinstance(error, ssl.SSLCertVerificationError)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {reply.decode('utf-8', 'replace')}" for code, reply in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return f"{error.smtp_code} {reply.decode('utf-8', 'replace') if isinstance(reply, bytes) else reply}"
    return f"{type(error).__name__} {error}"


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
