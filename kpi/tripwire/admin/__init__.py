"""The admin pages of the tripwire."""
