"""Target lists: whom a unit goes after, target by target, and which unit takes each."""
