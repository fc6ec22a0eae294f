// A room that is still empty.
