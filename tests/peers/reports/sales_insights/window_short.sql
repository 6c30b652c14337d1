select * exclude (matures_at) from visits(purchase_window := interval '3 hours')
