"""How checks of test code look at JavaScript and TypeScript: one file a check."""
