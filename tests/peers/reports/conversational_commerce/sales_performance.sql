from compared('default_numbers', true)
