"""The guide as tests: every command on its pages is run, or checked where it needs more than a shell."""
