"""The overview of a circular (通报总览): what units reached of their yearly targets. Source: domain.md §6 item 4."""
