"""A claim goes to another unit: proposal of a host, acceptance, agreement on benefits."""
