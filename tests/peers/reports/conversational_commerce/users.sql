from users_of('default_numbers')
