"""The mails about sharing: none says who shares with whom, or what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from firststep.mail.account_letter import account_letter
from firststep.mail.invitation_letter import invitation_letter
from firststep.mail.message import Letter
from firststep.mail.writing import link_to
from firststep.models import OutboxMail, PatientInvitation, Share, User
from firststep.services.invitations import make_link_token
from firststep.services.patient_invitations import make_mail_token
from firststep.web.language import ENGLISH

Builder = Callable[[Session, OutboxMail, datetime], Letter | None]


def invitation(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Return the invitation with a new link, or None when it was withdrawn or accepted meanwhile.

    Nothing that a person typed is in it: the mail goes to whoever owns the address that a stranger entered.
    """
    share = session.get(Share, UUID(row.parameters["share"]))
    if row.address is None or share is None:
        return None
    token = make_link_token(session, share.id, now=now)
    if token is None:
        return None
    return invitation_letter(
        row,
        row.address,
        # Who is invited has no account yet; most likely they speak the language of whom they treat.
        locale=share.patient.user.locale if share.patient.user else ENGLISH,
        line=_("An invitation for you"),
        sentences=[
            _("Somebody you treat keeps a diary with Firststep and wants to show you how things go."),
            _(
                "Open the invitation, sign in or create a practitioner's account with a second factor, and accept. "
                "They then confirm that it is you; before that you see nothing. The link works once, for seven days."
            ),
            _("You treat nobody who could have sent this? Then do nothing, and the invitation ends by itself."),
        ],
        link=link_to("sharing.invitation", token=token),
    )


def patient_invitation(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Return a practitioner's invitation with a new link, or None when it was withdrawn meanwhile.

    Who asks stands behind the link: a name that a stranger typed does not go to a stranger's mailbox.
    """
    invitation = session.get(PatientInvitation, UUID(row.parameters["patient_invitation"]))
    if row.address is None or invitation is None:
        return None
    token = make_mail_token(session, invitation.id, now=now)
    if token is None:
        return None
    return invitation_letter(
        row,
        row.address,
        locale=invitation.practitioner.user.locale,
        line=_("An invitation for you"),
        sentences=[
            _("Somebody who treats you asks whether you want to show them in Firststep how things go."),
            _(
                "Open the invitation to read who it is. You need an account of your own, and you choose what they see "
                "and until when; before that they see nothing. The link works once, for seven days."
            ),
            _("You do not know who this could be? Then do nothing, and the invitation ends by itself."),
        ],
        link=link_to("sharing.asked", token=token),
        button=_("Read who asks"),
    )


def accepted(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Return the mail that asks the patient to confirm the person, or None when that is done or withdrawn."""
    share = session.get(Share, UUID(row.parameters["share"]))
    user = session.get(User, row.user_id) if row.user_id else None
    if share is None or share.state != "accepted" or user is None or not user.active:
        return None
    return account_letter(
        row,
        user,
        subject=_("Please look at your invitation"),
        sentences=[
            _("Somebody accepted an invitation that you sent."),
            _("Nothing is visible to anybody yet. Look who it is, and confirm the person or withdraw the invitation."),
        ],
        button=(_("Look who it is"), link_to("sharing.shares")),
    )


SHARE_KINDS: dict[str, Builder] = {
    "share_invitation": invitation,
    "share_accepted": accepted,
    "patient_invitation": patient_invitation,
}
