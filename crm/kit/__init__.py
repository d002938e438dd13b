"""Tools every room uses; none of them knows a business word."""
