"""The organisation in whose name people are contacted, and how strictly it asks for proof."""
