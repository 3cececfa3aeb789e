"""What may happen: may we contact, are we live, how much may we risk. One app of several rooms behind one gate."""
