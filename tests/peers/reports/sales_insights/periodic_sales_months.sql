from sales_by_bucket('ninety_three_days')
