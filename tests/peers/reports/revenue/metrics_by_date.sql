select date, unnest(measures) from measured(['date'])
