-- Who bought, by the address of the order; the name of the last order is the customer's.
select
    lower(trim("Email")) as customer_id,
    coalesce("Billing Name", "Shipping Name") as name,
    source_file,
    source_row
from source
where "Financial Status" is not null and trim("Email") <> ''
