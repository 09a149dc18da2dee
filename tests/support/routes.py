"""Who may use which route: written down by hand, so that a wrong policy in the code does not agree with itself.

A new route needs one line here. Words: everybody; bearer (whoever holds a mailed token); half (password right, second
factor pending, or signed in); password (signed in, with or without a second factor); signed_in; session_owner (the
person whose session the address names); patient; owner (the patient whose object the address names); practitioner;
reader (a practitioner with an active share, through that share); chart_reader (one whose share shows single days).
"""

from __future__ import annotations

from typing import Final

ROUTES: Final[dict[str, str]] = {
    "GET pages.home": "everybody",
    "GET pages.benchmarks": "everybody",
    "GET pages.when_to_see_someone": "everybody",
    "GET pages.healthz": "everybody",
    "GET pwa.manifest": "everybody",
    "GET pwa.offline": "everybody",
    "GET pwa.service_worker": "everybody",
    "GET accounts.terms": "everybody",
    "GET accounts.privacy": "everybody",
    "GET accounts.sign_up": "everybody",
    "POST accounts.sign_up": "everybody",
    "GET accounts.confirm_wait": "everybody",
    "POST accounts.confirm_code": "everybody",
    "POST accounts.confirm_again": "everybody",
    "GET accounts.forgot_password": "everybody",
    "POST accounts.forgot_password": "everybody",
    "GET accounts.confirm": "bearer",
    "POST accounts.confirm_by_link": "bearer",
    "GET accounts.reset_password": "bearer",
    "POST accounts.reset_by_link": "bearer",
    "GET accounts.confirm_address": "bearer",
    "POST accounts.move_to_address": "bearer",
    "GET accounts.factor": "half",
    "POST accounts.prove_factor": "half",
    "GET accounts.set_up_app": "password",
    "POST accounts.set_up_app": "password",
    "POST accounts.remove_app": "signed_in",
    "POST accounts.new_recovery_codes": "signed_in",
    "GET accounts.home": "signed_in",
    "GET accounts.settings": "signed_in",
    "POST accounts.save_settings": "signed_in",
    "GET accounts.change_address": "signed_in",
    "POST accounts.change_address": "signed_in",
    "GET accounts.change_password": "signed_in",
    "POST accounts.change_password": "signed_in",
    "GET accounts.consents": "signed_in",
    "POST accounts.give_health_data": "signed_in",
    "POST accounts.withdraw_health_data": "signed_in",
    "GET accounts.sessions": "signed_in",
    "POST accounts.end_session": "session_owner",
    "POST accounts.end_other_sessions": "signed_in",
    "GET security.login": "everybody",
    "POST security.login": "everybody",
    "POST security.logout": "everybody",
    "GET security.wan_signin": "everybody",
    "POST security.wan_signin": "everybody",
    "POST security.wan_signin_response": "everybody",
    "GET security.mf_recovery": "half",
    "POST security.mf_recovery": "half",
    "GET security.two_factor_token_validation": "half",
    "POST security.two_factor_token_validation": "half",
    "GET security.verify": "password",
    "POST security.verify": "password",
    "GET security.wan_register": "password",
    "POST security.wan_register": "password",
    "POST security.wan_register_response": "password",
    "GET security.wan_verify": "password",
    "POST security.wan_verify": "password",
    "POST security.wan_verify_response": "password",
    "POST security.wan_delete": "signed_in",
    "GET treatment.start": "patient",
    "POST treatment.begin": "patient",
    "GET treatment.episodes": "patient",
    "POST treatment.add": "patient",
    "GET treatment.edit": "owner",
    "POST treatment.change": "owner",
    "POST treatment.end": "owner",
    "GET treatment.ask_delete": "owner",
    "POST treatment.delete": "owner",
    "GET stretching.plans": "patient",
    "GET stretching.choose": "patient",
    "POST stretching.begin": "patient",
    "GET stretching.edit": "owner",
    "POST stretching.change": "owner",
    "POST stretching.end": "owner",
    "GET stretching.ask_remove": "owner",
    "POST stretching.remove": "owner",
    "GET stretching.timer": "everybody",
    "GET diary.today": "patient",
    "POST diary.save": "patient",
    "GET diary.past_day": "patient",
    "GET diary.history": "patient",
    "POST diary.undo": "patient",
    "GET diary.sync_session": "patient",
    "PUT diary.store_one": "patient",
    "POST diary.store_batch": "patient",
    "GET charts.progress": "patient",
    "GET charts.figure": "patient",
    "GET sharing.shares": "patient",
    "GET sharing.log": "patient",
    "GET sharing.new": "patient",
    "POST sharing.invite": "patient",
    "POST sharing.stop_all": "patient",
    "POST sharing.confirm": "owner",
    "POST sharing.withdraw": "owner",
    "POST sharing.resend": "owner",
    "POST sharing.stop": "owner",
    "POST sharing.renew": "owner",
    "GET sharing.invitation": "bearer",
    "POST sharing.accept": "practitioner",
    "GET practice.patients": "practitioner",
    "GET practice.patient": "reader",
    "GET practice.figure": "chart_reader",
    "GET practice.still": "reader",
    "GET digest.preferences": "patient",
    "POST digest.save_schedule": "patient",
    "POST digest.save_level": "patient",
    "POST digest.save_state": "patient",
    "GET digest.preview": "patient",
    "POST digest.send_now": "patient",
    "GET digest.unsubscribe": "bearer",
    "POST digest.unsubscribe_now": "bearer",
    "GET digest.dev_mails": "everybody",
    "GET digest.dev_mail": "everybody",
}

# The policy that belongs to each word.
POLICIES: Final[dict[str, str]] = {
    "everybody": "public",
    "bearer": "token",
    "half": "half",
    "password": "password",
    "signed_in": "signed_in",
    "session_owner": "signed_in",
    "patient": "patient",
    "owner": "patient",
    "practitioner": "practitioner",
    "reader": "practitioner",
    "chart_reader": "practitioner",
}

# Which policies let more people in than one does.
WEAKER: Final[dict[str, frozenset[str]]] = {
    "public": frozenset(),
    "token": frozenset(),
    "half": frozenset({"public"}),
    "password": frozenset({"public", "half"}),
    "signed_in": frozenset({"public", "half", "password"}),
    "patient": frozenset({"public", "half", "password", "signed_in"}),
    "practitioner": frozenset({"public", "half", "password", "signed_in"}),
}

# Behind the policy of these stands a second lock, so that with a weaker one strangers still get the same answer: the
# view asks Flask-Security for a whole sign-in, or for the practitioner's row. The weaker policy itself is found by
# comparing it with ROUTES.
_ASKS_TO_SIGN_IN: Final = frozenset(
    {"GET accounts.set_up_app", "GET security.verify", "GET security.wan_register", "GET security.wan_verify"}
)
LOCKED_TWICE: Final[dict[str, frozenset[str]]] = {
    "public": _ASKS_TO_SIGN_IN,
    "half": _ASKS_TO_SIGN_IN
    | {
        "POST accounts.set_up_app",
        "POST security.verify",
        "POST security.wan_register",
        "POST security.wan_register_response",
        "POST security.wan_verify",
        "POST security.wan_verify_response",
    },
    "password": frozenset(),
    "signed_in": frozenset(
        {
            "GET practice.patients",
            "GET practice.patient",
            "GET practice.figure",
            "GET practice.still",
            "POST sharing.accept",
        }
    ),
}
