"""The hygiene checks on Go: what each looks at there, under the rule that all languages share."""
