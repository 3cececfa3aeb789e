"""Administrative replies: what we answer to a word such as HELP or STOP, whoever wrote it."""
