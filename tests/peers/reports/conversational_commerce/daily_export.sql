from export('default_numbers_of_days')
