from order_rules()
