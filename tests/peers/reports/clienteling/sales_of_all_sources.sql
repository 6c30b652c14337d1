from sales(scope := 'all')
