"""Tables the rules read: divisions, lines of business, trade words, the learned scorer."""
