"""Clean a feed: fix, restore, drop or hold every article, write it, and undo it."""
