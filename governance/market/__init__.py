"""The market room: the contact policies of provinces and markets."""
