"""JavaScript and TypeScript, JSX included: the front end."""
