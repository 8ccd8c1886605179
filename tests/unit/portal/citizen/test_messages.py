"""A message's own links become links of the page; nothing else does."""

from mpp_portal.rest_api.citizen.inbox import paragraphs

HERE = "http://localhost:8080"


def test_own_links_are_links_and_the_rest_is_text() -> None:
    body = f"Sudah terbit.\n\nUnduh di {HERE}/applications/1. Lacak: {HERE}/track?number=2\nhttps://evil.example/x"
    links = {f"{HERE}/applications/1", f"{HERE}/track?number=2", "https://evil.example/x"}
    assert paragraphs(body, links, HERE) == [
        [("Sudah terbit.", "")],
        [("Unduh di ", ""), ("", "/applications/1"), (". Lacak: ", ""), ("", "/track?number=2")],
        [("https://evil.example/x", "")],
    ]


def test_a_message_without_links_is_text() -> None:
    assert paragraphs("a.*b", set(), HERE) == [[("a.*b", "")]]
