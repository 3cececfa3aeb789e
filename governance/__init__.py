"""What may happen: may we contact, are we live, how much may we put at stake. One app with several rooms and one gate."""
