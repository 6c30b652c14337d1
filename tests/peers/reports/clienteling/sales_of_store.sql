from sales(store := 'store-boston')
