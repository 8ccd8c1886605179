"""What a general document prints of the answers."""

from mpp_applications.use_cases.readable import readable


def label(name: str) -> dict[str, str]:
    return {"id": name, "en": name.upper()}


FORM = {
    "schema": {
        "properties": {
            "place": {"properties": {"kind": {"enum": ["own", "rented"]}, "area": {"type": "integer"}}},
            "married": {"type": "boolean"},
            "born": {"type": "string", "format": "date"},
            "languages": {"type": "array"},
            "declaration": {"const": True},
        }
    },
    "layout": [
        {
            "fields": [
                {"path": "/born", "label": label("Lahir")},
                {
                    "path": "/place/kind",
                    "label": label("Tempat"),
                    "options": [{"value": "own", "label": label("Milik sendiri")}],
                },
                {"path": "/place/area", "label": label("Luas")},
                {"path": "/married", "label": label("Kawin")},
                {
                    "path": "/languages",
                    "label": label("Bahasa"),
                    "options": [{"value": "id", "label": label("Indonesia")}],
                },
                {"path": "/declaration", "label": label("Benar")},
            ]
        }
    ],
}


def test_answers_are_printed_with_their_labels_in_the_order_of_the_form() -> None:
    answers = {"place": {"kind": "own", "area": 0}, "born": "1992-08-07", "married": False, "languages": ["id", "jv"]}
    assert [(line["label"], line["value"]) for line in readable(FORM, {**answers, "declaration": True})] == [
        ("Lahir", "1992-08-07"), ("Tempat", "Milik sendiri"), ("Luas", "0"), ("Kawin", "Tidak"),
        ("Bahasa", "Indonesia, jv"),
    ]  # fmt: skip


def test_what_was_not_answered_is_not_printed() -> None:
    assert readable(FORM, {"place": {}}) == []


def test_a_list_is_printed_entry_by_entry() -> None:
    items = {"properties": {"name": {"type": "string"}, "kind": {"enum": ["a"]}, "born": {"type": "string"}}}
    entry = {
        "label": label("Anak"),
        "fields": [
            {"path": "/name", "label": label("Nama")},
            {"path": "/kind", "label": label("Jenis"), "options": [{"value": "a", "label": label("Kandung")}]},
            {"path": "/born", "label": label("Lahir")},
        ],
    }
    form = {
        "schema": {"properties": {"children": {"type": "array", "items": items}}},
        "layout": [{"fields": [{"path": "/children", "label": label("Anak-anak"), "entry": entry}]}],
    }
    children = [{"name": "Ani", "kind": "a"}, {"born": "2020-01-02", "name": "Budi"}]
    assert [(line["label"], line["value"]) for line in readable(form, {"children": children})] == [
        ("Anak 1: Nama", "Ani"), ("Anak 1: Jenis", "Kandung"), ("Anak 2: Nama", "Budi"),
        ("Anak 2: Lahir", "2020-01-02"),
    ]  # fmt: skip
    assert readable(form, {}) == readable(form, {"children": "x"}) == readable(form, {"children": [1]}) == []
