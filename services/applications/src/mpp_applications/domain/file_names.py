"""File names as people gave them, made harmless."""

import re
import unicodedata

MAX_LENGTH = 120
EXTENSIONS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}


def clean_file_name(name: str, media_type: str) -> str:
    """The last part of a path, without what could forge, hide or escape; its ending is that of the file's real type."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Letters, marks, digits, a few signs. Not control, format (text direction!), surrogate or private characters.
    kept = "".join(each for each in last if unicodedata.category(each)[0] in "LMN" or each in " ._-()+,")
    stem = re.sub(r"[ ]+", " ", kept).strip(" .")
    endings = EXTENSIONS.get(media_type, ("",))
    if not stem.lower().endswith(endings):
        stem = (stem or "berkas") + endings[0]
    ending = next(each for each in endings if stem.lower().endswith(each))
    stem = stem[: len(stem) - len(ending)].rstrip(" .") or "berkas"
    return stem[: MAX_LENGTH - len(ending)] + ending
