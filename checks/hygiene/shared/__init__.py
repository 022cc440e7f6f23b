"""What several checks and gatherers know about test code; holds no check of its own."""
