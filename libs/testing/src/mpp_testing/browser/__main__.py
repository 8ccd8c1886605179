"""`python -m mpp_testing.browser`: put in place what the browser tests need."""

import sys

from mpp_testing.browser import tools

try:
    tools.install()
except tools.Missing as missing:
    sys.exit(str(missing))
