"""A multipart form with one file, read as a stream: fields first, then the file, of which little is ever in memory."""

from collections import deque
from collections.abc import AsyncIterator

from mpp_runtime.errors import Invalid, Malformed, Text, UnsupportedMedia
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

_MAX_FIELD = 1024
_MAX_FIELDS = 10
_MAX_HEADERS = 8192
FILE = "file"


def _malformed() -> Malformed:
    return Malformed("malformed-form", Text("Formulir tidak dapat dibaca.", "The form cannot be read."))


class FileForm:
    """`fields` and `file_name` are known once `open` returned; `chunks` then gives the file's content."""

    def __init__(self, content_type: str, stream: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
            raise UnsupportedMedia(
                "multipart-needed", Text("Kirim sebagai multipart/form-data.", "Send it as multipart/form-data.")
            )
        self.fields: dict[str, str] = {}
        self.file_name = ""
        self._stream = stream
        self._ready: deque[bytes] = deque()
        self._header = bytearray()
        self._value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._header_bytes = 0
        self._field = ""
        self._in_file = self._file_begun = self._file_ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": lambda data, start, end: self._grow(self._header, data[start:end]),
                "on_header_value": lambda data, start, end: self._grow(self._value, data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
            },
        )

    async def open(self) -> None:
        """Reads up to the file. Raises Invalid without one, Malformed for what is no form."""
        while not self._file_begun:
            if not await self._feed():
                detail = Text("Sertakan berkas pada isian “file”.", "Send the file in the field “file”.")
                raise Invalid("file-missing", detail)

    async def chunks(self) -> AsyncIterator[bytes]:
        while True:
            while self._ready:
                yield self._ready.popleft()
            if self._file_ended:
                return
            if not await self._feed():
                raise _malformed()

    async def _feed(self) -> bool:
        async for data in self._stream:
            if not data:
                continue
            try:
                self._parser.write(data)
            except MultipartParseError as error:
                raise _malformed() from error
            return True
        return False

    def _grow(self, target: bytearray, data: bytes) -> None:
        self._header_bytes += len(data)
        if self._header_bytes > _MAX_HEADERS:
            raise _malformed()
        target += data

    def _part_begin(self) -> None:
        self._headers, self._field, self._header_bytes = {}, "", 0

    def _header_end(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name == FILE and not self._file_begun:
            self._in_file = self._file_begun = True
            self.file_name = options.get(b"filename", b"").decode("utf-8", "replace")
        elif self._file_begun or len(self.fields) >= _MAX_FIELDS:
            # After the file nothing is needed any more, and it must not be stored anywhere.
            self._field = ""
        else:
            self._field = name
            self.fields[name] = ""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._ready.append(bytes(data[start:end]))
        elif self._field:
            value = self.fields[self._field] + data[start:end].decode("utf-8", "replace")
            if len(value) > _MAX_FIELD:
                raise _malformed()
            self.fields[self._field] = value

    def _part_end(self) -> None:
        if self._in_file:
            self._in_file, self._file_ended = False, True
