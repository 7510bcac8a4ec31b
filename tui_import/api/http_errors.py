"""What goes wrong with a server, in plain words that repeat none of its own: those may hold what is secret."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui_import.api.errors import SourceError
from tui_import.api.i18n import N_, _

if TYPE_CHECKING:
    from tui_import.api.http import Answer

BUSY = frozenset({429, 500, 502, 503, 504})
"""Answers after which it is worth trying again."""


class HttpError(SourceError):
    """A server did not give what was asked for."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0, passing: bool = False, answer: Answer | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        """Of HTTP; 0: there was no answer, or none that could be read."""
        self.passing = passing
        """It may be over soon: busy, or the line failed."""
        self.answer = answer
        """What the server said, where it did."""


def refusal(answer: Answer, service: str, sign_in_hint: str) -> HttpError:
    """The sentence for a status; ``sign_in_hint`` says what to do after a 401."""
    message, hint = _REFUSALS.get(answer.status, _ITS_FAULT if answer.status >= 500 else _NOT_UNDERSTOOD)
    if answer.status == 401 and sign_in_hint:
        hint = sign_in_hint
    text = _(message).format(service=service, status=answer.status)
    return HttpError(text, hint=_(hint), status=answer.status, passing=answer.status in BUSY, answer=answer)


_NOT_UNDERSTOOD = (N_("{service} refuses the request ({status})."), N_("Check the address and the settings of the connection."))
_ITS_FAULT = (N_("{service} has a fault of its own ({status})."), N_("Try again later."))
_REFUSALS = {
    401: (N_("{service} does not accept the sign-in."), N_("Check user name and password of the connection, or sign in again.")),
    403: (N_("{service} does not allow you to read this."), N_("Ask its administrator for the right to read it.")),
    404: (N_("{service} has nothing at this address."), N_("Check the address in the connection.")),
    410: (N_("{service} no longer has what was asked for."), N_("Read everything again.")),
    429: (N_("{service} asks for a pause, since there were too many requests."), N_("Try again in a few minutes.")),
    503: (N_("{service} is busy or being maintained."), N_("Try again in a few minutes.")),
}


@contextmanager
def in_plain_words(service: str, host: str) -> Iterator[None]:
    """What httpx raises, as an `HttpError` that repeats none of its words: they may hold what is secret."""
    import httpx

    try:
        yield
    except HttpError:
        raise
    except httpx.TimeoutException:
        failure = late(service)
    except httpx.TransportError as error:
        failure = _no_connection(service, host, list(_causes(error)))
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ValueError, TypeError):
        failure = HttpError(
            _("{service} cannot be asked, or its answer cannot be read.").format(service=service),
            hint=_("Check the address and the settings of the connection for characters that do not belong there."),
        )
    else:
        return
    raise failure from None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _no_connection(service: str, host: str, causes: list[BaseException]) -> HttpError:
    import httpx

    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return HttpError(
                _("The certificate of {host} is not trusted: {reason}.").format(host=host, reason=cause.verify_message),
                hint=_("If your organisation signs its own certificates, name the file of its authority in the connection."),
            )
        if isinstance(cause, ssl.SSLError):
            return HttpError(_("No secure connection to {host} is possible.").format(host=host), hint=_("Check the address."))
        if isinstance(cause, socket.gaierror):
            return HttpError(
                _("The server {host} is not known.").format(host=host), hint=_("Check the address and the network."), passing=True
            )
    if isinstance(causes[0], httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return HttpError(
            _("{service} cannot be asked so.").format(service=service),
            hint=_("Check the address and the settings of the connection for characters that do not belong there."),
        )
    if isinstance(causes[0], httpx.ConnectError):
        return HttpError(
            _("The server {host} does not answer.").format(host=host), hint=_("Check the address and the network."), passing=True
        )
    return HttpError(_("The line to {host} broke.").format(host=host), hint=_("Try again."), passing=True)


def late(service: str) -> HttpError:
    """It takes too long."""
    return HttpError(_("{service} did not answer in time.").format(service=service), hint=_("Try again later."), passing=True)
