"""Administrative replies: our answers to words such as HELP and STOP."""
