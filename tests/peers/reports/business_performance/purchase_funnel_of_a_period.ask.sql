select * from business_performance.purchase_funnel
where period = 'last_7_days'
