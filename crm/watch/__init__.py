"""What happens to companies out there: dated signals and risks, each with its source."""
