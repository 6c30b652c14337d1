select * exclude (immature) from visits()
