"""Issued documents as whoever verifies one may find them."""

from mpp_ledger.database import Database
from sqlalchemy import ColumnElement, select

from mpp_applications.domain.definition import Offering
from mpp_applications.domain.documents import IssuedFacts
from mpp_applications.storage.reading import applications, first, issued_documents
from mpp_applications.storage.rows import document_of
from mpp_applications.storage.unit import offerings


class StoredDocuments:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_code(self, code: str) -> IssuedFacts | None:
        return await self._find(issued_documents.c.verification_code == code)

    async def by_sha256(self, sha256: str) -> IssuedFacts | None:
        return await self._find(issued_documents.c.sha256 == sha256)

    async def _find(self, condition: ColumnElement[bool]) -> IssuedFacts | None:
        statement = (
            select(issued_documents, offerings.c.digest, offerings.c.content)
            .join(applications, applications.c.id == issued_documents.c.application)
            .join(offerings, offerings.c.digest == applications.c.digest)
            .where(condition)
        )
        async with self._database.read() as session:
            row = await first(session, statement)
        if row is None:
            return None
        offering = Offering.parse(row["digest"], row["content"])
        return IssuedFacts(document_of(row), offering.name, offering.mall_name, row["application"])
