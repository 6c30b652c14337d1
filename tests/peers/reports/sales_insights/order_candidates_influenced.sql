from order_rules(scope := 'influenced')
