from tiles('all_sales_by_ai_and_email', 'all_touches_by_ai_and_email')
