from page_conversion(same_product := true)
