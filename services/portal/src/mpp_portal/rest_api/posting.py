"""Forms: only from our own pages, small ones and files alike."""

from urllib.parse import urlsplit

from fastapi import Request
from mpp_runtime.errors import Malformed, NotAllowed
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from mpp_portal.rest_api.texts import TEXTS

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_FIELDS, _FILES, _PART = 2000, 20, 256 * 1024


def check_origin(request: Request, public_url: str) -> None:
    """Against forged forms, beside SameSite. Browsers send Origin with every POST; clients that are none send neither
    header. Raises NotAllowed."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    here = {public_url.lower(), f"{urlsplit(public_url).scheme}://{request.headers.get('host', '')}".lower()}
    if (origin is not None and origin.lower() not in here) or site not in (None, "same-origin", "none"):
        raise NotAllowed("foreign-origin", TEXTS["error_foreign"])


async def read_form(request: Request) -> FormData:
    """The posted form, read once and kept with the request. Raises Malformed for what is none."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _FORMS:
        raise Malformed("malformed-form", TEXTS["error_400"])
    try:
        if media_type == _FORMS[0]:
            (await request.body()).decode("ascii")  # everything else is percent-encoded
        return await request.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=_PART)
    except UnicodeDecodeError as error:
        raise Malformed("malformed-form", TEXTS["error_400"]) from error
    except HTTPException as error:
        if error.status_code == 413:
            raise
        raise Malformed("malformed-form", TEXTS["error_400"]) from error
