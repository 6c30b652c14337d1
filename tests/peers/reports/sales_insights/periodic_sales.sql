from sales_by_bucket('periods')
