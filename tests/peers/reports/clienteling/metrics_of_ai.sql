select date, unnest(touch_measures) from measured(['date'], of_type := 'ai')
