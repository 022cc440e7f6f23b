"""What several checks of JavaScript tests know."""
