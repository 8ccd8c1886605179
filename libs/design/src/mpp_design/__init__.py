"""How every page looks and how it writes dates, money and working days. No domain word, no input or output."""

from mpp_design.assets import EDITING, MARK, STYLE, Asset
from mpp_design.design import Design, Language, Words

__all__ = ["EDITING", "MARK", "STYLE", "Asset", "Design", "Language", "Words"]
