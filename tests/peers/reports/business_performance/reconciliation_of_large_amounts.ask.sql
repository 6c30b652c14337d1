select * from business_performance.reconciliation
where site_amount > 100
