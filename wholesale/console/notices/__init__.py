"""Notices: what a user is told in the app and by e-mail, and what each user chose to be told."""
