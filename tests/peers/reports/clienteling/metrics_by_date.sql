select date, unnest(touch_measures), unnest(sale_measures) from measured(['date'])
