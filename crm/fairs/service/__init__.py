"""What people do in the room."""
