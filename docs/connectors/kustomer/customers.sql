-- Customers of Kustomer. The shop knows its customers by their address, Kustomer by an id of its own:
-- the first address of a Kustomer customer is whom the reports take it for. If your shop writes its
-- own customer ids into Kustomer, take json_text(attributes, 'externalId') there instead.
select
    id as customer_id,
    coalesce(json_text(attributes, 'displayName'), json_text(attributes, 'name')) as name,
    lower(trim(json_text(attributes, 'emails[0].email'))) as merged_into,
    source_file,
    source_row
from source
where type = 'customer'
