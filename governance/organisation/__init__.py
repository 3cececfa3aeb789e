"""The organisation that contacts people, and how strictly it asks for proof."""
