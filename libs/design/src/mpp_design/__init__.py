"""How every page looks and how it writes dates, money and working days. No domain word, no input or output."""

from mpp_design.assets import MARK, STYLE, Asset
from mpp_design.design import Design, Language, Words

__all__ = ["MARK", "STYLE", "Asset", "Design", "Language", "Words"]
