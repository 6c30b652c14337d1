select unnest(measures) from measured([])
