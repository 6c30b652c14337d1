from tiles('default_sales', 'default_touches')
