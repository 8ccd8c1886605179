"""application/x-www-form-urlencoded, of query strings and bodies, with every repetition kept."""

from urllib.parse import parse_qsl

from mpp_runtime.errors import Malformed, Text

MOST = 60


def parse(encoded: bytes) -> list[tuple[str, str]]:
    """Raises Malformed on anything that is not such text."""
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST)
    except ValueError as error:
        raise Malformed("malformed-form", Text("Isian tidak dapat dibaca.", "The form cannot be read.")) from error
