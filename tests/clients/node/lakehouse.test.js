"use strict";
// @lakehouse-rs/flight-sql-client: the Arrow library for Rust of 2024. View types make it hang.

const assert = require("node:assert/strict");
const { before, test } = require("node:test");
const { createFlightSqlClient } = require("@lakehouse-rs/flight-sql-client");
const { tableFromIPC } = require("apache-arrow");
const types = require("./types");

const [host, port] = process.env.TRIBUTARY_TEST_URL.replace("grpc://", "").split(":");
const options = { headers: [], tls: false, host, port: Number(port) };
let client;
before(async () => {
  client = await createFlightSqlClient({ ...options, username: "user", password: "secret" });
});
const query = async (sql) => tableFromIPC(await client.query(sql));
const names = (buffer, column) => Array.from(tableFromIPC(buffer).getChild(column));

test("03 catalogs, schemas, and tables with their columns", async () => {
  assert.deepEqual(names(await client.getCatalogs(), "catalog_name"), ["tributary"]);
  const schemas = await client.getDbSchemas({ dbSchemaFilterPattern: "sm%" });
  assert.deepEqual(names(schemas, "db_schema_name"), ["small"]);
  const tables = { dbSchemaFilterPattern: "public", tableNameFilterPattern: "words" };
  const buffer = await client.getTables({ ...tables, includeSchema: true });
  assert.deepEqual(names(buffer, "table_name"), ["words"]);
});

test("11 rows in order", async () => {
  const table = await query("SELECT order_id FROM orders ORDER BY order_id DESC");
  assert.deepEqual(Array.from(table.getChild("order_id")), ["o3", "o2", "o1"]);
});

test("12 a large result", async () => {
  const table = await query("SELECT value, repeat('x', 100) AS text FROM generate_series(1, 100000)");
  assert.equal(table.numRows, 100000);
});

test("14 an error is one, though the client keeps its text to itself", async () => {
  await assert.rejects(query("SELECT nothing FROM orders"), /failed to prepare statement/);
});

test("26 every type", () => types.check(assert, query));
