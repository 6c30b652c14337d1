from page_conversion()
