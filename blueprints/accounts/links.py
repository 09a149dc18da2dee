"""Links of mails: valid, over, or never written by us."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from flask import abort

from firststep.extensions import db
from firststep.models import User
from firststep.services import accounts as service
from firststep.web import clock
from firststep.web.security.tokens import Purpose, read_token


class LinkState(Enum):
    """Whether a link that we wrote still works."""

    VALID = "valid"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A mailed link, and whom it is for; nobody when the account is gone."""

    state: LinkState
    holder: User | None
    address: str = ""

    @property
    def user(self) -> User:
        """Return the person; only a valid link has one."""
        if self.holder is None:
            abort(404)
        return self.holder


def read_link(purpose: Purpose, token: str) -> Link:
    """Return the link; 404 for a token that is not exactly one of ours."""
    said = read_token(purpose, token)
    if said is None:
        abort(404)
    user = service.find_by_id(db.session, said.user_id)
    if user is None or not user.active or said.is_expired(clock.now()):
        return Link(state=LinkState.OVER, holder=None)
    current = user.reset_serial if purpose == "reset" else user.confirm_serial
    state = LinkState.VALID if said.serial == current else LinkState.OVER
    return Link(state=state, holder=user, address=said.address)
