select * exclude (matures_at) from visits()
