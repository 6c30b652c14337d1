from sales_by_bucket('ninety_two_days')
