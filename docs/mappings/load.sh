#!/usr/bin/env bash
# Maps the files of a data set by a mapping of this folder and loads them into a warehouse; running
# it again changes nothing.
set -euo pipefail

if [[ $# -lt 5 ]]; then
    echo "usage: $0 MAPPING SCHEMA DATA_DIR WAREHOUSE TABLE..." >&2
    exit 2
fi
mapping=$(cd "$(dirname "$0")" && pwd)/$1.sql
schema=$2
data=$3
mkdir -p "$4"
warehouse=$(cd "$4" && pwd)
shift 4
mapped=$(mktemp -d)
trap 'rm -r "$mapped"' EXIT
export TRIBUTARY_WAREHOUSE=$warehouse

cd "$data"
for table in "$@"; do
    { cat "$mapping"; echo "select * from $schema.$table;"; } |
        tributary sql --file - --format parquet > "$mapped/$table.parquet"
    # An import of no rows makes no table, but a report may ask for one that the shop has not: then
    # it is an empty file.
    rm -f "$warehouse/$table/none.parquet"
    echo "$table:" >&2
    tributary import --strict "$table" "$mapped/$table.parquet"
    if [[ ! -e $warehouse/$table/_delta_log ]]; then
        mkdir -p "$warehouse/$table"
        mv "$mapped/$table.parquet" "$warehouse/$table/none.parquet"
    fi
done
