"""Whether a definition, an override or a piece of reference data is right, and what to do if it is not."""

from mpp_catalog.domain.checks.definition import check_definition
from mpp_catalog.domain.checks.override import check_override
from mpp_catalog.domain.checks.problem import Known, Problem
from mpp_catalog.domain.checks.shape import check_shape
from mpp_catalog.domain.checks.terms import check_terms

__all__ = ["Known", "Problem", "check_definition", "check_override", "check_shape", "check_terms"]
