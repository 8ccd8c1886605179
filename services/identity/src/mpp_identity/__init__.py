"""Who you are, for whom you act, who looked at your data."""
