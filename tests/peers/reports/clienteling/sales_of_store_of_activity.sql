from sales(store := 'store-boston', store_role := 'activity')
