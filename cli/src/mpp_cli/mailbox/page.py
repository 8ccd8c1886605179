"""The pages under /mailbox: a list, one mail, and both as JSON."""

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from mpp_cli.edge.problems import language_of
from mpp_cli.mailbox.store import Mail, MailStore

TEXTS = {
    "id": {
        "title": "Kotak surat demonstrasi",
        "notice": "Kotak surat demonstrasi: tidak ada yang keluar dari komputer ini.",
        "empty": "Belum ada surat.",
        "sender": "Dari",
        "to": "Kepada",
        "received": "Diterima",
        "back": "Semua surat",
        "source": "Sumber surat",
        "no_subject": "(tanpa judul)",
        "home": "Ke beranda",
    },
    "en": {
        "title": "Demonstration mailbox",
        "notice": "Demonstration mailbox: nothing leaves this machine.",
        "empty": "No mails yet.",
        "sender": "From",
        "to": "To",
        "received": "Received",
        "back": "All mails",
        "source": "Source of the mail",
        "no_subject": "(no subject)",
        "home": "Home",
    },
}
STYLE = Path(__file__).parent / "templates" / "mailbox.css"
# Mails are foreign text: no script may run, nothing may be loaded.
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Pages:
    """Handlers over a store."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._templates = Environment(
            loader=PackageLoader("mpp_cli.mailbox"), autoescape=True, undefined=StrictUndefined
        )

    def app(self) -> web.Application:
        """The application under `/mailbox`."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/mailbox", self.list),
                web.get("/mailbox/", self.list),
                web.get("/mailbox/ready", self.ready),
                web.get("/mailbox/style.css", self.style),
                web.get("/mailbox/mails/{id}", self.view),
                web.get("/mailbox/mails/{id}/source", self.source),
                web.get("/mailbox/api/messages", self.list_json),
                web.get("/mailbox/api/messages/{id}", self.view_json),
            ]
        )
        return app

    async def ready(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ready"})

    async def style(self, _: web.Request) -> web.Response:
        source = STYLE.read_text(encoding="utf-8")
        return web.Response(text=source, content_type="text/css")

    async def list(self, request: web.Request) -> web.Response:
        return self._page(request, "list.html", mails=self._store.newest(request.query.get("to", "")))

    async def view(self, request: web.Request) -> web.Response:
        mail = self._mail(request)
        return self._page(request, "mail.html", mail=mail, text=self._store.text(mail))

    async def source(self, request: web.Request) -> web.Response:
        raw = self._store.raw(self._mail(request))
        return web.Response(
            body=raw, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"}, charset="utf-8"
        )

    async def list_json(self, request: web.Request) -> web.Response:
        mails = self._store.newest(request.query.get("to", ""))
        return web.json_response({"items": [self._store.as_json(mail) for mail in mails]})

    async def view_json(self, request: web.Request) -> web.Response:
        return web.json_response(self._store.as_json(self._mail(request)))

    def _mail(self, request: web.Request) -> Mail:
        mail = self._store.get(request.match_info["id"])
        if mail is None:
            raise web.HTTPNotFound(text="404")
        return mail

    def _page(self, request: web.Request, template: str, **values: object) -> web.Response:
        language = language_of(request.query.get("lang", request.headers.get("Accept-Language", "")))
        html = self._templates.get_template(template).render(language=language, t=TEXTS[language], **values)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return web.Response(text=html, content_type="text/html", headers=headers)
