"""Files that people hand in: what they are, what they may be called, and where they are kept."""
