"""Trade fairs: editions, exhibitor lists, visits, contacts on the floor, results."""
