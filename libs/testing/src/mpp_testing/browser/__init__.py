"""People at a browser: a real Chromium, a watch over all it does, and the checkers of accessibility and of HTML."""
