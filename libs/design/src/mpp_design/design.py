"""Templates with the components, the formats and the texts of a language at hand."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal, Protocol, get_args

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from mpp_design import formats
from mpp_design.texts import TEXTS

Language = Literal["id", "en"]


class Words(Protocol):
    """A sentence in both languages."""

    def in_language(self, language: str) -> str: ...


class Design:
    """Renders the templates of one package in both languages.

    Templates of the design itself have the prefix "design/": `{% from "design/forms.html" import field %}`. There is
    one environment per language, so that imported macros are compiled and kept once and still know the language.

    Every template has: `language`, `t(key, **filled)`, `say`, `day`, `moment`, `money`, `working_days`, `until`,
    `file_size` (see `formats`), and what is given as `always`.

    Args:
        package: import path of the package whose folder `templates` holds the pages.
        texts: the package's own sentences by key; the design's keys begin with "design_".
        always: values every page of the package needs.
    Raises ValueError for a text that has the key of another.
    """

    def __init__(self, package: str, texts: Mapping[str, Words], always: Mapping[str, Any] | None = None) -> None:
        if twice := sorted(TEXTS.keys() & texts.keys()):
            raise ValueError(f"these keys are the design's own: {twice}")
        self._texts: Mapping[str, Words] = {**TEXTS, **texts}
        self._environments = {
            language: self._environment(package, language, always or {}) for language in get_args(Language)
        }

    def render(self, language: Language, template: str, **values: Any) -> str:
        """The page as HTML."""
        return self._environments[language].get_template(template).render(**values)

    def text(self, language: Language, key: str, **filled: Any) -> str:
        """One sentence; what fills its gaps is escaped if it is put into a page."""
        return self._texts[key].in_language(language).format(**filled)

    def _environment(self, package: str, language: Language, always: Mapping[str, Any]) -> Environment:
        environment = Environment(
            loader=ChoiceLoader([PackageLoader(package), PrefixLoader({"design": PackageLoader("mpp_design")})]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals |= {
            **always,
            "language": language,
            "other_language": "id" if language == "en" else "en",
            "t": partial(self.text, language),
            "attributes": attributes,
            **{name: partial(_last_argument, told, language) for name, told in formats.BY_LANGUAGE.items()},
        }
        return environment


def attributes(given: Mapping[str, Any]) -> Markup:
    """HTML attributes, each with a space before it: true is the bare name; false, none and "" are left out."""
    told = (
        Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value)
        for name, value in given.items()
        if value is not None and value is not False and value != ""
    )
    return Markup("").join(told)


def _last_argument(told: Any, language: Language, *arguments: Any) -> Any:
    return told(*arguments, language=language)
