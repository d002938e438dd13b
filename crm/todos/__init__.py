"""Tasks (待办): what a person is to do by a day, set by oneself or by another, on a matter or free."""
