"""Every pair of colours that carries text has the contrast WCAG 2.2 AA asks for, in light and in dark."""

import re
from importlib.resources import files

import pytest

TOKENS = (files("mpp_design") / "static" / "tokens.css").read_text()
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in TOKENS.split("@media", 1))
SCHEMES = {"light": LIGHT, "dark": {**LIGHT, **DARK}}
GROUNDS = ("paper", "ground")
TEXT = [
    *((ink, ground) for ink in ("ink", "soft", "link", "bad", "good", "warn", "info") for ground in GROUNDS),
    *(("ink", f"{kind}-ground") for kind in ("good", "bad", "warn", "info")),
    *((kind, f"{kind}-ground") for kind in ("good", "bad", "warn", "info")),
    ("on-main", "main"), ("on-main", "main-strong"), ("link", "tint"),
]  # fmt: skip
# Borders of fields and the ring of the focus (1.4.11).
SHAPES = [("edge", "paper"), ("edge", "ground"), ("focus", "paper"), ("focus", "ground"), ("bad", "paper")]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_can_be_read(scheme: str) -> None:
    colours = SCHEMES[scheme]
    faint = {pair: round(found, 2) for pair in TEXT if (found := contrast(*(colours[name] for name in pair))) < 4.5}
    assert not faint


@pytest.mark.parametrize("scheme", SCHEMES)
def test_fields_and_focus_can_be_seen(scheme: str) -> None:
    colours = SCHEMES[scheme]
    faint = {pair: round(found, 2) for pair in SHAPES if (found := contrast(*(colours[name] for name in pair))) < 3}
    assert not faint


def test_colours_stand_in_the_tokens_only() -> None:
    for sheet in ("page.css", "forms.css", "parts.css"):
        text = (files("mpp_design") / "static" / sheet).read_text()
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b", text) == [], f"{sheet}: make it a token"
