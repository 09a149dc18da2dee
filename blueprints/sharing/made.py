"""The practitioner's side: the invitations that were made, one by mail, one on paper, one taken back."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _

from blueprints.sharing.area import Answer, sharing
from blueprints.sharing.form import AddressForm, HandOutForm
from blueprints.sharing.words import day_words, made_rows, made_title, person_states
from firststep.extensions import db
from firststep.mail.writing import link_to
from firststep.services import patient_invitations as service
from firststep.services.invitations import TooManyInvitations
from firststep.services.share_lists import person_of
from firststep.web import clock
from firststep.web.actors import current_account, current_practitioner
from firststep.web.invitation_answers import later, too_many_words
from firststep.web.invited import hand_out_key
from firststep.web.policy import policy
from firststep.web.qr import qr_svg
from firststep.web.render import render
from firststep.web.wake import wake_worker


@sharing.get("/practice/invitations")
@policy(GET="practitioner")
def made() -> str:
    """List the practitioner's invitations, with both ways to make another one."""
    return _page(AddressForm(formdata=None), HandOutForm(formdata=None))


@sharing.post("/practice/invitations")
@policy(POST="practitioner")
def invite_patient() -> Answer:
    """Invite by mail; the answer is the same whether the address has an account or not."""
    form = AddressForm()
    if not form.validate_on_submit():
        return make_response(_page(form, HandOutForm(formdata=None)), 422)
    try:
        service.invite_by_mail(db.session, current_practitioner().id, form.email.data, meant_for="", now=clock.now())
    except TooManyInvitations as too_many:
        db.session.rollback()
        form.email.errors = [too_many_words(too_many)]
        return later(make_response(_page(form, HandOutForm(formdata=None)), 429), too_many.free_at)
    db.session.commit()
    wake_worker()
    flash(_("An invitation goes to %(address)s.", address=form.email.data), "success")
    return _to_list()


@sharing.post("/practice/hand-outs")
@policy(POST="practitioner")
def make_hand_out() -> Answer:
    """Make a hand-out, and go to the page that is printed."""
    form = HandOutForm()
    if not form.validate_on_submit():
        return make_response(_page(AddressForm(formdata=None), form), 422)
    try:
        made = service.make_hand_out(
            db.session,
            current_practitioner().id,
            meant_for=form.meant_for.data,
            key=hand_out_key(),
            now=clock.now(),
        )
    except TooManyInvitations as too_many:
        db.session.rollback()
        form.meant_for.errors = [too_many_words(too_many)]
        return later(make_response(_page(AddressForm(formdata=None), form), 429), too_many.free_at)
    made_id = made.id
    db.session.commit()
    return make_response(redirect(url_for("sharing.hand_out", made_id=made_id), 303))


@sharing.get("/practice/hand-outs/<uuid:made_id>")
@policy(GET="practitioner")
def hand_out(made_id: UUID) -> str:
    """Show the hand-out, to be printed or scanned from the screen."""
    practitioner, account = current_practitioner(), current_account()
    made = service.find_hand_out(db.session, practitioner.id, made_id, now=clock.now())
    link = link_to("sharing.asked", token=service.hand_out_token(hand_out_key(), made.id))
    person = person_of(practitioner, account.name, account.email)
    return render(
        "sharing/hand_out.html",
        name=person.name or person.email,
        practice=practitioner.practice.name if practitioner.practice else "",
        stated=person_states(person),
        meant_for=made.meant_for,
        link=link,
        qr=qr_svg(link),
        last_day=day_words(clock.local_day(made.expires_at, account.time_zone)),
    )


@sharing.post("/practice/invitations/<uuid:made_id>/withdraw")
@policy(POST="practitioner")
def withdraw_made(made_id: UUID) -> Response:
    """Take an invitation back; one that was taken up before stays what it is."""
    withdrawn = service.withdraw(db.session, current_practitioner().id, made_id, now=clock.now())
    db.session.commit()
    if withdrawn:
        flash(_("The invitation is withdrawn. Its link no longer works."), "success")
    else:
        flash(_("This invitation was taken up before."), "warning")
    return _to_list()


def _to_list() -> Response:
    return make_response(redirect(url_for("sharing.made"), 303))


def _page(mail: AddressForm, paper: HandOutForm) -> str:
    made = service.list_made(db.session, current_practitioner().id, now=clock.now())
    return render(
        "sharing/made.html",
        mail=mail,
        paper=paper,
        open_ones=[one for one in made if one.state == "open" and not one.over],
        over_ones=[one for one in made if one.state != "open" or one.over],
        title_of=made_title,
        rows_of=made_rows,
    )
