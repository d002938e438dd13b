"""The scan of the whole base: columns in memory, blocks of rare grams, a scorer for pairs, clusters."""
