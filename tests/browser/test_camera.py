"""The camera reads the code of a document: a real camera stream, made from a film of one QR code.

Chromium has a reader of codes (BarcodeDetector) on Android, ChromeOS and macOS, and none on Linux, where tests run:
there a reader from npm takes the place of the system's. Everything else is what a phone does.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import segno
from mpp_testing.browser import tools
from mpp_testing.browser.nu import NuChecker
from mpp_testing.browser.visitor import LAUNCH, Visitor
from mpp_testing.malls import RunningMall
from playwright.sync_api import Browser, expect

WIDTH, HEIGHT = 480, 360
READER = """
window.BarcodeDetector = class {
  async detect(video) {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight), pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0);
    const seen = pen.getImageData(0, 0, canvas.width, canvas.height);
    const code = jsQR(seen.data, seen.width, seen.height);
    return code ? [{ rawValue: code.data }] : [];
  }
};
"""
Look = Callable[[str], Visitor]


def film(path: Path, text: str) -> Path:
    """One picture of a QR code as a film without sound: YUV4MPEG2, which Chromium plays as a camera."""
    rows = list(segno.make(text, error="m").matrix_iter(scale=6, border=4))
    left, top = (WIDTH - len(rows[0])) // 2, (HEIGHT - len(rows)) // 2
    light = bytearray(b"\xe0" * WIDTH * HEIGHT)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            light[(top + y) * WIDTH + left + x] = 0x20 if dark else 0xE0
    grey = b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + b"FRAME\n" + light + grey)
    return path


@pytest.fixture
def look_at(browser: Browser, running_mall: RunningMall, nu: NuChecker, tmp_path: Path) -> Iterator[Look]:
    """A phone at the page that checks documents, its camera on a code that says this."""
    opened: list[tuple[Browser, Visitor]] = []

    def look_at(text: str) -> Visitor:
        camera = (
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film(tmp_path / 'code.y4m', text)}",
        )
        own = browser.browser_type.launch(executable_path=tools.chromium(), args=[*LAUNCH, *camera])
        phone = Visitor(own, running_mall.url, nu)
        opened.append((own, phone))
        phone.context.add_init_script(tools.checker(tools.QR).read_text() + READER)
        phone.go("/verify")
        phone.page.get_by_role("button", name="Pindai").click()
        return phone

    yield look_at
    for own, phone in opened:
        with closing(own), closing(phone):
            pass


def test_a_code_on_paper_leads_to_what_is_known_of_it(look_at: Look, running_mall: RunningMall) -> None:
    phone = look_at(f"{running_mall.url}/verify/AAAA-BBBB-CCCC")
    phone.page.wait_for_url("**/verify/AAAA-BBBB-CCCC")
    phone.check()


def test_a_code_from_elsewhere_is_not_followed(look_at: Look) -> None:
    phone = look_at("https://mpp.example.org/elsewhere")
    expect(phone.page.locator("#scan [role=status]")).to_have_text("Kode QR ini bukan dari mal ini.")
    phone.check()
    phone.page.locator("#scan button").click()
    expect(phone.page.locator("#scan")).to_be_hidden()
    expect(phone.page.locator("button[data-scan]")).to_be_focused()
