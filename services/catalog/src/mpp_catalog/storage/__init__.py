"""The catalogue in PostgreSQL, and the folder of definition files it is published from."""

from mpp_catalog.storage.definition_files import definition_schema_file, parse, read_agency_keys, read_folder
from mpp_catalog.storage.drafts import StoredDrafts
from mpp_catalog.storage.offerings import StoredOfferings
from mpp_catalog.storage.publishing import DatabasePublishing
from mpp_catalog.storage.reference import StoredReference
from mpp_catalog.storage.retirements import StoredRetirements
from mpp_catalog.storage.search import SearchIndex
from mpp_catalog.storage.sippn_files import read_standards
from mpp_catalog.storage.unmet_searches import StoredUnmetSearches

__all__ = [
    "DatabasePublishing",
    "SearchIndex",
    "StoredDrafts",
    "StoredOfferings",
    "StoredReference",
    "StoredRetirements",
    "StoredUnmetSearches",
    "definition_schema_file",
    "parse",
    "read_agency_keys",
    "read_folder",
    "read_standards",
]
