from compared('default_numbers', false)
