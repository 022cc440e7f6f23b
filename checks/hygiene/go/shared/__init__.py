"""What the hygiene checks on Go share."""
