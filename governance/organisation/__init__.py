"""Who contacts, and how strictly it asks for proof."""
