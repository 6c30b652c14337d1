select * exclude (immature) from eligible()
