select * from described_links
