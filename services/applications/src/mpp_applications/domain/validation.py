"""Is the form complete and right? JSON Schema, then the definition's rules, then the papers: every error at once."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import jsonschema_rs
from mpp_runtime.errors import FieldError, Invalid, Text

from mpp_applications.domain.answers import Answers, escape
from mpp_applications.domain.definition import Offering, Requirement
from mpp_applications.domain.expressions import ExpressionFailed, holds

RequirementState = Literal["given", "missing", "optional", "not-needed", "unknown"]


@dataclass(frozen=True)
class CheckedRequirement:
    """`state` is "unknown" while the answers do not decide yet whether the paper is needed."""

    requirement: Requirement
    state: RequirementState


@dataclass(frozen=True)
class Checked:
    """Everything that keeps the application from being submitted; fields are pointers into the answers."""

    errors: tuple[FieldError, ...]
    requirements: tuple[CheckedRequirement, ...]

    @property
    def complete(self) -> bool:
        return not self.errors

    def require_complete(self) -> None:
        """Raises Invalid "application-incomplete" with every error, fields below /answers or /attachments."""
        if self.errors:
            raise Invalid(
                "application-incomplete",
                Text("Permohonan belum lengkap atau belum benar.", "The application is not complete or not right yet."),
                self.errors,
            )


@lru_cache(maxsize=256)
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    # Offline: a definition must not make the server fetch addresses. Linear patterns: it may be hostile.
    return jsonschema_rs.Draft202012Validator(
        json.loads(schema), validate_formats=True, offline=True, pattern_options=jsonschema_rs.RegexOptions()
    )


def check(offering: Offering, answers: Answers, given: Collection[str], today: date) -> Checked:
    """`given`: requirement codes a file is attached for."""
    errors = _schema_errors(offering, answers)
    shape_is_right = not errors
    errors += _rule_errors(offering, answers, today, shape_is_right)
    requirements = [_requirement(offering, each, answers, given, today) for each in offering.requirements.values()]
    for checked, failed in requirements:
        pointer = f"/attachments/{checked.requirement.code}"
        if checked.state == "missing":
            errors.append(FieldError(pointer, "attachment-missing", Text("Unggah berkas ini.", "Upload this paper.")))
        elif failed is not None and shape_is_right:
            errors.append(FieldError(pointer, failed.code, failed.detail))
    return Checked(tuple(errors), tuple(checked for checked, _ in requirements))


def _rule_errors(offering: Offering, answers: Answers, today: date, shape_is_right: bool) -> list[FieldError]:
    errors = []
    for rule in offering.rules:
        try:
            if not holds(rule.expression, answers=answers, today=today):
                errors.append(FieldError(f"/answers{rule.field}", rule.code, rule.message))
        except ExpressionFailed as failed:
            # With answers missing or of the wrong shape the rule cannot speak, and the shape errors already refuse.
            if shape_is_right:
                errors.append(FieldError(f"/answers{rule.field}", failed.code, failed.detail))
    return errors


def _requirement(
    offering: Offering, requirement: Requirement, answers: Answers, given: Collection[str], today: date
) -> tuple[CheckedRequirement, ExpressionFailed | None]:
    has_file = any(paper.code in given for paper in requirement.papers)
    try:
        needed = requirement.when is None or holds(requirement.when, answers=answers, today=today)
    except ExpressionFailed as failed:
        return CheckedRequirement(requirement, "given" if has_file else "unknown"), failed
    if has_file:
        return CheckedRequirement(requirement, "given"), None
    if not needed:
        return CheckedRequirement(requirement, "not-needed"), None
    return CheckedRequirement(requirement, "missing" if requirement.mandatory else "optional"), None


def _schema_errors(offering: Offering, answers: Answers) -> list[FieldError]:
    validator = _validator(offering.form_text)
    errors = []
    for error in validator.iter_errors(dict(answers)):
        pointer = "/answers" + "".join(f"/{escape(str(part))}" for part in error.instance_path)
        kind = error.kind.as_dict()
        if error.kind.name == "required":
            errors.append(FieldError(f"{pointer}/{escape(str(kind['property']))}", "required", _WORDS["required"]))
        elif error.kind.name in ("additionalProperties", "unevaluatedProperties"):
            errors += [
                FieldError(f"{pointer}/{escape(str(name))}", "unknown-field", _WORDS["additionalProperties"])
                for name in kind["unexpected"]
            ]
        else:
            errors.append(FieldError(pointer, _CODES.get(error.kind.name, "not-valid"), _words(error.kind.name, kind)))
    return errors


def _words(name: str, kind: Mapping[str, Any]) -> Text:
    limit = kind.get("limit")
    match name:
        case "minLength":
            return Text(f"Paling sedikit {limit} karakter.", f"At least {limit} characters.")
        case "maxLength":
            return Text(f"Paling banyak {limit} karakter.", f"At most {limit} characters.")
        case "minimum" | "exclusiveMinimum":
            return Text(f"Paling kecil {limit}.", f"At least {limit}.")
        case "maximum" | "exclusiveMaximum":
            return Text(f"Paling besar {limit}.", f"At most {limit}.")
        case "minItems":
            return Text(f"Paling sedikit {limit}.", f"At least {limit}.")
        case "maxItems":
            return Text(f"Paling banyak {limit}.", f"At most {limit}.")
        case "enum":
            options = ", ".join(str(option) for option in kind.get("options") or ())
            return Text(f"Pilih salah satu: {options}.", f"Choose one of: {options}.")
        case _:
            return _WORDS.get(name, Text("Isian tidak sah.", "Not valid."))


_CODES = {
    "minLength": "too-short", "maxLength": "too-long", "minimum": "too-small", "maximum": "too-large",
    "minItems": "too-few", "maxItems": "too-many",
    "exclusiveMinimum": "too-small", "exclusiveMaximum": "too-large", "enum": "not-an-option", "const": "not-accepted",
    "constant": "not-accepted", "pattern": "wrong-format", "format": "wrong-format", "type": "wrong-type",
}  # fmt: skip

_WORDS = {
    "required": Text("Wajib diisi.", "This is required."),
    "additionalProperties": Text("Isian ini tidak dikenal.", "This field is not known."),
    "type": Text("Jenis isian salah.", "The value has the wrong type."),
    "pattern": Text("Format tidak sesuai.", "The format is not right."),
    "format": Text("Format tidak sesuai.", "The format is not right."),
    "const": Text("Harus disetujui.", "This must be accepted."),
    "constant": Text("Harus disetujui.", "This must be accepted."),
}
