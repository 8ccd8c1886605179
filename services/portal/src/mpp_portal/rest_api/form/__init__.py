"""A definition's form for people: fields out of its schema and layout, answers out of what was typed, and back."""

from mpp_portal.rest_api.form.answers import Changes, changes_of, fingerprint_of
from mpp_portal.rest_api.form.conditions import asked, reads
from mpp_portal.rest_api.form.entries import changed_by, with_entries, with_sent_entries
from mpp_portal.rest_api.form.fields import Entry, Field, Form, Option, Step
from mpp_portal.rest_api.form.pointers import value_at
from mpp_portal.rest_api.form.problems import FieldProblem, placed
from mpp_portal.rest_api.form.values import parsed, readable, typed

__all__ = [
    "Changes",
    "Entry",
    "Field",
    "FieldProblem",
    "Form",
    "Option",
    "Step",
    "asked",
    "changed_by",
    "changes_of",
    "fingerprint_of",
    "parsed",
    "placed",
    "readable",
    "reads",
    "typed",
    "value_at",
    "with_entries",
    "with_sent_entries",
]
