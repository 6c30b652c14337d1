"""Other servers of the same rows: Arrow C++ Flight with the batches in memory, or over DuckDB.

    peers.py memory grpc://HOST:PORT TICKET     holds what another server sends for a ticket
    peers.py duckdb SQL                         runs the query for every request

It says where it listens, and ends when its standard input does.
"""

import sys
import threading

import duckdb
import pyarrow.flight as flight

# Four megabytes or so.
DUCKDB_BATCH_ROWS = 65536


class Memory(flight.FlightServerBase):
    def __init__(self, url, ticket):
        client = flight.connect(url.replace("grpc://", "grpc+tcp://"))
        self.table = client.do_get(flight.Ticket(ticket)).read_all()
        super().__init__("grpc+tcp://127.0.0.1:0")

    def do_get(self, context, ticket):
        return flight.RecordBatchStream(self.table)


class DuckDb(flight.FlightServerBase):
    def __init__(self, sql):
        self.connection = duckdb.connect()
        self.connection.execute("SET timezone = 'UTC'")
        self.sql = sql
        super().__init__("grpc+tcp://127.0.0.1:0")

    def do_get(self, context, ticket):
        result = self.connection.cursor().sql(self.sql)
        return flight.RecordBatchStream(result.to_arrow_reader(DUCKDB_BATCH_ROWS))


def main():
    kind, *arguments = sys.argv[1:]
    if kind == "memory":
        url, ticket = arguments
        server = Memory(url, bytes.fromhex(ticket))
    else:
        server = DuckDb(*arguments)
    print(f"serving on grpc://127.0.0.1:{server.port} ", file=sys.stderr, flush=True)

    def end():
        sys.stdin.read()
        server.shutdown()

    threading.Thread(target=end, daemon=True).start()
    server.serve()


main()
