from compared('numbers_of_invoices', true)
