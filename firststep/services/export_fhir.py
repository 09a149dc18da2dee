"""The export as a FHIR R4 bundle: plain resources, written row by row; clinical facts get codes, everything has words.

Where no common code is known (first-step pain, the rating of the change) a code of our own stands beside the nearest
common one. Pauses and questions for the visit have no resource; they are in the complete JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Final, TypeAlias
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import orjson

from firststep.clinical.nsaids import load_drugs
from firststep.services.audit import VIEWED
from firststep.services.export_tables import Record
from firststep.services.table_files import Plain

Resource: TypeAlias = dict[str, Any]

OWN_CODES: Final = "urn:firststep:codes"
_QUESTIONNAIRE: Final = "urn:firststep:questionnaire:change"
_LOINC, _SNOMED, _UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
_ATC, _RXNORM = "http://www.whocc.no/atc", "http://www.nlm.nih.gov/research/umls/rxnorm"
_PAIN: Final = {
    "system": _LOINC,
    "code": "72514-3",
    "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
}
_MEASURES: Final = {"first_step_pain": "First-step pain, 0 to 10", "average_pain": "Pain over the day, 0 to 10"}
_FEET: Final = {"left": ("22335008", "Left foot"), "right": ("7769000", "Right foot")}
_STRETCHING: Final = {"system": _SNOMED, "code": "229070002", "display": "Stretching exercises"}
_ACUPUNCTURE: Final = {"system": _SNOMED, "code": "44868003", "display": "Acupuncture"}
_TREATMENTS: Final = {
    "acupuncture": "Acupuncture",
    "physical_therapy": "Physical therapy",
    "both": "Acupuncture and physical therapy",
}
_NOTED_WORDS: Final = {
    "gait": "Gait",
    "palpation_meridians": "Palpation by meridian",
    "palpation_regions": "Palpation by region",
    "techniques": "Points or techniques used",
    "note": "Note",
}
_ARMS: Final = {
    "standard": "Standard care",
    "acupuncture": "Acupuncture",
    "combined": "Acupuncture and physical therapy",
}
_RATINGS: Final = (
    *("Very much improved", "Much improved", "Minimally improved", "No change"),
    *("Minimally worse", "Much worse", "Very much worse"),
)
_SCOPES: Final = {"summary": "Summary", "charts": "Charts", "notes": "Charts and notes"}


class Bundle:
    """The bundle, written while the rows pass by."""

    def __init__(
        self, file: IO[bytes], *, patient_id: UUID, zone: ZoneInfo, now: datetime, amended: Collection[tuple[str, ...]]
    ) -> None:
        self.file = file
        self._patient_id, self._zone = patient_id, zone
        self._today = now.astimezone(zone).date().isoformat()
        #: (day, foot, field) of each pain that was written more than once
        self._amended = amended
        self._patient = self._urn("patient")
        self._count = 0
        head = {"resourceType": "Bundle", "type": "collection", "timestamp": now.isoformat(timespec="seconds")}
        file.write(orjson.dumps(head)[:-1] + b',"entry":[')
        self._makers: Mapping[str, Callable[[Record], Iterable[tuple[str, Resource]]]] = {
            "account": self._person,
            "days": self._day,
            "pain": self._pain,
            "doses": self._dose,
            "treatments": self._treatment,
            "flares": self._flare,
            "plans": self._plan,
            "ratings": self._rating,
            "courses_of_care": self._care,
            "practitioner_sessions": self._noted,
            "imported_visits": self._imported_visit,
            "shares": self._share,
            "access_log": self._look,
        }

    def passing(self, table: str, records: Iterable[Record]) -> Iterator[Record]:
        """Let the records of a table pass, and write the resources that they make."""
        make = self._makers.get(table)
        for record in records:
            for name, resource in make(record) if make else ():
                self._write(name, resource)
            yield record

    def finish(self) -> None:
        """Close the bundle."""
        self._write("change questionnaire", _questionnaire())
        self.file.write(b"]}\n")

    def _write(self, name: str, resource: Resource) -> None:
        urn = self._urn(name)
        kind = resource.pop("resourceType")
        whole = {"resourceType": kind, "id": urn.removeprefix("urn:uuid:"), **_without_none(resource)}
        entry = orjson.dumps({"fullUrl": urn, "resource": whole})
        self.file.write(b"%s%s" % (b",\n" if self._count else b"\n", entry))
        self._count += 1

    def _urn(self, name: str) -> str:
        # The same thing has the same id in every export of the person.
        return f"urn:uuid:{uuid5(self._patient_id, name)}"

    def _of_patient(self) -> dict[str, str]:
        return {"reference": self._patient}

    def _local(self, moment: Plain) -> str | None:
        if not isinstance(moment, str):
            return None
        return datetime.fromisoformat(moment).astimezone(self._zone).isoformat(timespec="seconds")

    def _person(self, row: Record) -> Iterator[tuple[str, Resource]]:
        name = [{"text": row["name"]}] if row["name"] else None
        yield "patient", {"resourceType": "Patient", "active": True, "name": name}

    def _observation(self, code: Resource, **values: Any) -> Resource:
        return {
            "resourceType": "Observation",
            "status": "final",
            "category": [_concept("http://terminology.hl7.org/CodeSystem/observation-category", "survey", "Survey")],
            "code": code,
            "subject": self._of_patient(),
            "performer": [self._of_patient()],
            **values,
        }

    def _pain(self, row: Record) -> Iterator[tuple[str, Resource]]:
        foot, words = _FEET[str(row["foot"])]
        for measure, text in _MEASURES.items():
            if row[measure] is None:
                continue
            coding = [{"system": OWN_CODES, "code": measure.replace("_", "-"), "display": text}, _PAIN]
            found = self._observation(
                {"coding": coding, "text": text},
                bodySite={"coding": [{"system": _SNOMED, "code": foot, "display": words}], "text": words},
                effectiveDateTime=self._when(row, measure),
                valueQuantity={"value": row[measure], "unit": "{score}", "system": _UCUM, "code": "{score}"},
            )
            if (row["day"], row["foot"], measure) in self._amended:
                found["status"] = "amended"
            yield f"{measure} {row['day']} {row['foot']}", found

    def _when(self, row: Record, measure: str) -> Plain:
        """Return the moment of an entry that was made on its own day, or else the day alone."""
        moment = self._local(row["first_step_entered_at"]) if measure == "first_step_pain" else None
        return moment if moment and moment[:10] == row["day"] and not row["first_step_recalled"] else row["day"]

    def _day(self, row: Record) -> Iterator[tuple[str, Resource]]:
        if row["nsaid_taken"] is not None:
            code = _own("nsaid-taken", "An NSAID was taken on this day")
            found = self._observation(code, effectiveDateTime=row["day"], valueBoolean=row["nsaid_taken"])
            yield f"nsaid {row['day']}", found
        if row["note"] is not None:
            found = self._observation(_own("note", "Note"), effectiveDateTime=row["day"], valueString=row["note"])
            yield f"note {row['day']}", found
        if row["stretch_done"] is not None:
            amounts = (("stretch_minutes", "minutes"), ("stretch_sets", "sets"))
            told = [f"{row[name]} {unit}" for name, unit in amounts if row[name] is not None]
            told += ["It hurt."] if row["stretch_hurt"] else []
            yield (
                f"stretching {row['day']}",
                {
                    "resourceType": "Procedure",
                    "status": "completed" if row["stretch_done"] else "not-done",
                    "code": {"coding": [_STRETCHING], "text": "Stretching exercises"},
                    "subject": self._of_patient(),
                    "performedDateTime": row["day"],
                    "note": [{"text": ", ".join(told)}] if told else None,
                },
            )

    def _dose(self, row: Record) -> Iterator[tuple[str, Resource]]:
        drug = load_drugs().find(str(row["product"]), str(row["form"]))
        codes = ((_ATC, drug.atc), (_RXNORM, drug.rxnorm)) if drug else ()
        coding = [{"system": system, "code": code} for system, code in codes if code]
        quantity = {"value": row["dose_mg"], "unit": "mg", "system": _UCUM, "code": "mg"}
        dosage: Resource = {"route": {"text": row["form"]}}
        if row["dose_mg"] is not None:
            dosage["doseAndRate"] = [{"doseQuantity": quantity}]
        yield (
            f"dose {row['id']}",
            {
                "resourceType": "MedicationStatement",
                "status": "completed",
                "medicationCodeableConcept": {"coding": coding or None, "text": drug.name if drug else row["product"]},
                "subject": self._of_patient(),
                "effectiveDateTime": self._local(row["taken_at"]) or row["day"],
                "informationSource": self._of_patient(),
                "dosage": [dosage],
                "note": [{"text": "Prescribed"}] if row["prescribed"] else None,
            },
        )

    def _treatment(self, row: Record) -> Iterator[tuple[str, Resource]]:
        needles = row["kind"] in ("acupuncture", "both")
        told = [f"Number {row['number']}"] if row["number"] is not None else []
        told += [str(row["note"])] if row["note"] else []
        yield (
            f"treatment {row['id']}",
            {
                "resourceType": "Procedure",
                "status": "completed",
                "code": {"coding": [_ACUPUNCTURE] if needles else None, "text": _TREATMENTS[str(row["kind"])]},
                "subject": self._of_patient(),
                "performedDateTime": row["day"],
                "note": [{"text": text} for text in told] or None,
            },
        )

    def _noted(self, row: Record) -> Iterator[tuple[str, Resource]]:
        needles = row["kind"] in ("acupuncture", "both")
        told = [f"Number {row['number']}"] if row["number"] is not None else []
        told += [f"{words}: {row[name]}" for name, words in _NOTED_WORDS.items() if row[name] is not None]
        told += [f"Disputed by the patient: {row['dispute']}"] if row["dispute"] is not None else []
        yield (
            f"practitioner session {row['id']}",
            {
                "resourceType": "Procedure",
                # Its author took a withdrawn one back.
                "status": "completed" if row["withdrawn_at"] is None else "entered-in-error",
                "code": {"coding": [_ACUPUNCTURE] if needles else None, "text": _TREATMENTS[str(row["kind"])]},
                "subject": self._of_patient(),
                "performedDateTime": row["day"],
                "performer": [{"actor": {"display": row["noted_by"]}}],
                "note": [{"text": text} for text in told] or None,
            },
        )

    def _imported_visit(self, row: Record) -> Iterator[tuple[str, Resource]]:
        if row["pain"] is None:
            return
        found = self._observation(
            {
                "coding": [_own_code("visit-pain", "Pain at a visit, 0 to 10"), _PAIN],
                "text": "Pain at a visit, 0 to 10",
            },
            effectiveDateTime=row["day"],
            valueQuantity={"value": row["pain"], "unit": "{score}", "system": _UCUM, "code": "{score}"},
            note=[{"text": str(row["note"])}] if row["note"] else None,
        )
        found["performer"] = [{"display": row["practitioner"] or "A practice"}]
        yield f"visit {row['day']} {row['practitioner']} {row['sheet_row']}", found

    def _flare(self, row: Record) -> Iterator[tuple[str, Resource]]:
        found = self._observation(
            _own("flare-up", "Flare-up, as the person answered"),
            effectivePeriod={"start": row["day"], "end": row["settled_on"]},
            valueBoolean=row["confirmed"],
            note=[{"text": text} for text in (row["trigger"], row["note"]) if text] or None,
        )
        if row["foot"]:
            code, words = _FEET[str(row["foot"])]
            found["bodySite"] = {"coding": [{"system": _SNOMED, "code": code, "display": words}], "text": words}
        if row["worst_pain"] is not None:
            worst = {"value": row["worst_pain"], "unit": "{score}", "system": _UCUM, "code": "{score}"}
            code_of_worst = {"coding": [_PAIN], "text": "Worst pain, 0 to 10"}
            found["component"] = [{"code": code_of_worst, "valueQuantity": worst}]
        yield f"flare {row['id']}", found

    def _plan(self, row: Record) -> Iterator[tuple[str, Resource]]:
        amounts = (("hold_s", "{} s hold"), ("reps", "{} repetitions"), ("sets_per_day", "{} sets a day"))
        told = [text.format(row[name]) for name, text in amounts if row[name] is not None]
        if row["interval_days"] != 1:
            told.append(f"every {row['interval_days']} days")
        over = row["ends_on"] is not None and str(row["ends_on"]) < self._today
        detail = {
            "kind": "ServiceRequest",
            "code": {"coding": [_STRETCHING], "text": "Stretching exercises"},
            "status": "completed" if over else "in-progress",
            "description": ", ".join(told),
        }
        yield (
            f"plan {row['id']}",
            {
                "resourceType": "CarePlan",
                "status": "completed" if over else "active",
                "intent": "plan",
                "title": row["name"] or row["preset"],
                "subject": self._of_patient(),
                "period": {"start": row["day"], "end": row["ends_on"]},
                "activity": [{"detail": detail}],
            },
        )

    def _rating(self, row: Record) -> Iterator[tuple[str, Resource]]:
        code = {
            "system": OWN_CODES,
            "code": f"change-{row['rating']}",
            "display": _RATINGS[int(str(row["rating"])) - 1],
        }
        yield (
            f"rating {row['id']}",
            {
                "resourceType": "QuestionnaireResponse",
                "questionnaire": _QUESTIONNAIRE,
                "status": "completed",
                "subject": self._of_patient(),
                "authored": row["day"],
                "author": self._of_patient(),
                "item": [
                    {"linkId": "week", "text": "Week of care", "answer": [{"valueInteger": row["week"]}]},
                    {"linkId": "change", "text": "The whole change", "answer": [{"valueCoding": code}]},
                ],
            },
        )

    def _care(self, row: Record) -> Iterator[tuple[str, Resource]]:
        over = row["ends_on"] is not None and str(row["ends_on"]) < self._today
        yield (
            f"care {row['arm']} {row['starts_on']} {self._count}",
            {
                "resourceType": "EpisodeOfCare",
                "status": "finished" if over else "active",
                "type": [{"text": _ARMS[str(row["arm"])]}],
                "patient": self._of_patient(),
                "period": {"start": row["starts_on"], "end": row["ends_on"]},
            },
        )

    def _share(self, row: Record) -> Iterator[tuple[str, Resource]]:
        category = _concept("http://loinc.org", "59284-0", "Consent Document")
        to = _concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", "information recipient")
        yield (
            f"share {row['id']}",
            {
                "resourceType": "Consent",
                "status": {"active": "active", "invited": "proposed", "accepted": "proposed"}.get(
                    str(row["state"]), "inactive"
                ),
                "scope": _concept(
                    "http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy Consent"
                ),
                "category": [category],
                "patient": self._of_patient(),
                "dateTime": self._local(row["invited_at"]),
                "policyRule": {"text": "The person chose whom to show the diary, how much of it, and until when."},
                "provision": {
                    "type": "permit",
                    "period": {
                        "start": self._local(row["confirmed_at"] or row["invited_at"]),
                        "end": self._local(row["ended_at"]) or row["until_on"],
                    },
                    "actor": [{"role": to, "reference": {"display": row["practitioner"] or row["invited_email"]}}],
                    "code": [{"text": _SCOPES[str(row["scope"])]}],
                },
            },
        )

    def _look(self, row: Record) -> Iterator[tuple[str, Resource]]:
        if row["what"] not in VIEWED:
            return
        yield (
            f"look {row['seq']}",
            {
                "resourceType": "AuditEvent",
                "type": {
                    "system": "http://dicom.nema.org/resources/ontology/DCM",
                    "code": "110110",
                    "display": "Patient Record",
                },
                "subtype": [{"system": OWN_CODES, "code": str(row["what"]).replace("_", "-")}],
                "action": "R",
                "recorded": self._local(row["at"]),
                "outcome": "0",
                "agent": [{"name": row["actor_name"] or None, "requestor": True}],
                "source": {"observer": {"display": "Firststep"}},
                "entity": [{"what": self._of_patient()}],
            },
        )


def _own(code: str, words: str) -> Resource:
    return {"coding": [_own_code(code, words)], "text": words}


def _own_code(code: str, words: str) -> Resource:
    return {"system": OWN_CODES, "code": code, "display": words}


def _concept(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _questionnaire() -> Resource:
    options = [
        {"valueCoding": {"system": OWN_CODES, "code": f"change-{number}", "display": words}}
        for number, words in enumerate(_RATINGS, start=1)
    ]
    return {
        "resourceType": "Questionnaire",
        "url": _QUESTIONNAIRE,
        "status": "active",
        "title": "Patient global impression of change",
        "item": [
            {"linkId": "week", "text": "Week of care", "type": "integer"},
            {"linkId": "change", "text": "The whole change", "type": "choice", "answerOption": options},
        ],
    }


def _without_none(value: Any) -> Any:
    """Leave out what is not known: FHIR has no null, and an empty object says nothing."""
    if isinstance(value, dict):
        found = {name: _without_none(inner) for name, inner in value.items() if inner is not None}
        return {name: inner for name, inner in found.items() if inner != {}}
    return [_without_none(inner) for inner in value] if isinstance(value, list) else value
