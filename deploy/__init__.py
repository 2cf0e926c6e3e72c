"""What brings the project onto other machines."""
