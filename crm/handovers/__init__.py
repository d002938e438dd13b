"""Hand-over (移交): everything of one officer who leaves or is away, given to others of the unit, and taken back."""
