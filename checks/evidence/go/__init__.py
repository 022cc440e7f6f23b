"""What the aspects looked at in Go."""
