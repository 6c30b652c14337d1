select store_id, store, unnest(touch_measures), unnest(sale_measures) from measured(['store_id', 'store'])
