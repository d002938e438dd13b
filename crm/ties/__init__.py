"""Who supplies whom, who belongs to which chamber or fund, who introduced whom; and the way of acquaintances to a company."""
