"""Companies, all their names and keys, nodes and credentials; who is who."""
