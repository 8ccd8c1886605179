"""The same content has the same bytes, and so the same digest, everywhere."""

import pytest
from mpp_catalog.domain.canonical import canonical_json, digest


def test_order_and_spacing_do_not_matter() -> None:
    value = {"b": [1, {"y": None, "x": True}], "a": "é"}
    assert canonical_json(value) == '{"a":"é","b":[1,{"x":true,"y":null}]}'.encode()
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


def test_escapes_are_those_of_rfc_8785() -> None:
    assert canonical_json({"t": "\u20ac$\u000f\nA'B\"\\/\u007f"}) == b'{"t":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\/\x7f"}'


def test_digest_is_of_the_bytes() -> None:
    assert digest(b"{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [{"a": 0.5}, [1, [2.0]], {1: "a"}, {"\U0001f600": 1}])
def test_what_languages_print_differently_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"write|use plain"):
        canonical_json(value)
