#!/usr/bin/env bash
# Loads The Complete Journey into a warehouse; running it again changes nothing.
set -euo pipefail

if [[ $# != 2 ]]; then
    echo "usage: $0 DATA_DIR WAREHOUSE" >&2
    exit 2
fi
mapping=$(cd "$(dirname "$0")" && pwd)/complete_journey.sql
mkdir -p "$2/_tributary"
warehouse=$(cd "$2" && pwd)
mapped=$(mktemp -d)
trap 'rm -r "$mapped"' EXIT
export TRIBUTARY_WAREHOUSE=$warehouse

cat > "$warehouse/_tributary/warehouse.toml" <<'TOML'
timezone = "America/New_York"
currency = "USD"
TOML

cd "$1"
for table in stores products customers orders order_lines activities; do
    { cat "$mapping"; echo "select * from journey.$table;"; } |
        tributary sql --file - --format parquet > "$mapped/$table.parquet"
    echo "$table:" >&2
    tributary import --strict "$table" "$mapped/$table.parquet"
done
