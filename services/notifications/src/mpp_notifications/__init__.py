"""Tell the right person once, on the channel they chose."""
