"""存量登记期 and 补录: talks that began before the platform, entered in one window and compared once."""
