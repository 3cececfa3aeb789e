"""The pages of the tripwire."""
