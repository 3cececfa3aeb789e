FALLS_ON = 51  # of 90 days, counted from 1: then the simulated sellers of Ontario begin to accept fewer offers
