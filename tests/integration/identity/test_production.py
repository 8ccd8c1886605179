"""Production has no demonstration: no route, no accounts, no mark, and no way to start it insecurely."""

from pathlib import Path

import httpx
import pytest
from mpp_identity.main import read_officers
from mpp_identity.use_cases.administration import demonstration_id
from pydantic import ValidationError
from sqlalchemy import text

from tests.integration.identity.conftest import DEMO_DIR, Mall, authorisation, begin, settings_for


def paths(mall: Mall) -> set[str]:
    return set(mall.identity.app.openapi()["paths"]) | {
        getattr(route, "path", "") for route in mall.identity.app.router.routes
    }


async def test_the_demonstration_has_its_route(mall: Mall, browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/oidc/sign-in/demo", data={"transaction": "x", "account": "siti"})
    assert answer.status_code == 400


async def test_production_has_neither_route_nor_accounts_nor_mark(production: Mall) -> None:
    assert production.identity.demo is None
    assert not any("demo" in path for path in paths(production))
    async with production.client() as browser:
        transaction = await begin(browser, authorisation())
        answer = await browser.post("/oidc/sign-in/demo", data={"transaction": transaction, "account": "siti"})
        assert answer.status_code == 404
        page = await browser.get(f"/oidc/sign-in?transaction={transaction}")
        assert page.status_code == 200
        assert "demonstrasi" not in page.text.lower()
        assert "Siti" not in page.text
    async with production.database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM accounts"))).scalar_one() == 0
    async with production.world.store.read() as work:
        assert await work.accounts.get(demonstration_id("siti")) is None


async def test_production_takes_its_officers_from_a_file(production: Mall, tmp_path: Path) -> None:
    file = tmp_path / "officers.yaml"
    file.write_text((DEMO_DIR / "officers.yaml").read_text())
    administration = production.identity.administration
    assert await administration.load_officers(read_officers(file)) == 20
    file.write_text(file.read_text().replace("head, agency: dpmptsp", "verifier, agency: dpmptsp"))
    assert await administration.load_officers(read_officers(file)) == 1
    async with production.world.store.read() as work:
        assert await work.accounts.synthetic() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"environment": "production", "public_url": "http://mpp.example.go.id"}, "https"),
        ({"environment": "demo", "demo_dir": None}, "MPP_DEMO_DIR"),
        ({"session_secret": "short"}, "32 bytes"),
        ({"public_url": "https://mpp.example.go.id/path"}, "origin"),
    ],
)
def test_unsafe_settings_do_not_start(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        settings_for("postgresql://x", **changes)


async def test_with_https_cookies_are_secure(database_url: str) -> None:
    settings = settings_for(database_url, environment="production", public_url="https://mpp.example.go.id")
    assert settings.secure
    assert settings.clients()["mpp-portal"].redirect_uris == ("https://mpp.example.go.id/callback",)
