"""The industry chains as a map that lives: the gap of each node, its history, and the companies placed on it."""
