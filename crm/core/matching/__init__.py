"""How alike two companies are: shortlist by grams, features of each pair, learned score, verdict with hard rules."""
