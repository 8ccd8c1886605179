"""`from mpp_expressions import cel`: CEL, the language of conditions and formulas, alone.

The package `cel` imports its command line with itself: an editor of lines, a painter of syntax, 21 MB of packages and a
second of processor time at every start. Its evaluator is one compiled module, which is loaded here without them.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = ["cel"]


def _evaluator() -> ModuleType:
    """The module `cel.cel`. Raises ModuleNotFoundError without the distribution common-expression-language."""
    package = find_spec("cel")
    found = PathFinder.find_spec("cel.cel", package.submodule_search_locations) if package else None
    if found is None or found.loader is None:
        raise ModuleNotFoundError("common-expression-language is not installed", name="cel")
    module = sys.modules[found.name] = module_from_spec(found)
    found.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from cel import cel
else:
    cel = _evaluator()
