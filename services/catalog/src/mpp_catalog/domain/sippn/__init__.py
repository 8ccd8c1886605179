"""Service standards in the shape of the national catalogue (SIPPN), as definitions of public services."""

from mpp_catalog.domain.sippn.definition import Imported, definition_of
from mpp_catalog.domain.sippn.rows import Row, find_header, standard_of_row

__all__ = ["Imported", "Row", "definition_of", "find_header", "standard_of_row"]
