"""Invitations: a user with a role, pools and a language, made on one page; the invited sets the password by a link."""
