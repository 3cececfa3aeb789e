"""The pool: agents who take the ladders without an owner, in turn."""
