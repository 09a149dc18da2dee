"""The tables. Importing this package makes all of them known to the metadata."""

from firststep.models.account import Consent, User, UserSession, WebAuthn
from firststep.models.base import Base
from firststep.models.cohorts import CohortResult
from firststep.models.diary import Day, DiaryChange, Dose, FootDay
from firststep.models.events import Flare, Pause, Pgic, Plan, Question, TreatmentSession
from firststep.models.mail import DigestPreference, MailPreference, OutboxMail
from firststep.models.names import NameBeginning
from firststep.models.noted import NotedSession, NotedSessionChange
from firststep.models.people import Patient, Practice, PracticeInvitation, Practitioner
from firststep.models.reminders import PushSubscription, Reminder
from firststep.models.sharing import AccessEvent, PatientInvitation, Share, VisitAccess
from firststep.models.sheets import CaseInvitation, ImportBatch, ImportedCase, ImportedCourse, RemovedVisit, Visit
from firststep.models.treatment import Episode
from firststep.models.triage import Triage
from firststep.models.whole import Deletion, Upload

__all__ = [
    "AccessEvent",
    "Base",
    "CaseInvitation",
    "CohortResult",
    "Consent",
    "Day",
    "Deletion",
    "DiaryChange",
    "DigestPreference",
    "Dose",
    "Episode",
    "Flare",
    "FootDay",
    "ImportBatch",
    "ImportedCase",
    "ImportedCourse",
    "MailPreference",
    "NameBeginning",
    "NotedSession",
    "NotedSessionChange",
    "OutboxMail",
    "Patient",
    "PatientInvitation",
    "Pause",
    "Pgic",
    "Plan",
    "Practice",
    "PracticeInvitation",
    "Practitioner",
    "PushSubscription",
    "Question",
    "Reminder",
    "RemovedVisit",
    "Share",
    "TreatmentSession",
    "Triage",
    "Upload",
    "User",
    "UserSession",
    "Visit",
    "VisitAccess",
    "WebAuthn",
]
