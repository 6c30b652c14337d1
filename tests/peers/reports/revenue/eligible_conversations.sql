select * exclude (matures_at) from eligible()
