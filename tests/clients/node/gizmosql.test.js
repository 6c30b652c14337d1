"use strict";
// @gizmodata/gizmosql-client: pure JavaScript, for any Flight SQL server.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { FlightSQLClient } = require("@gizmodata/gizmosql-client");
const types = require("./types");

const [host, port] = process.env.TRIBUTARY_TEST_URL.replace("grpc://", "").split(":");
const connect = async (login) => {
  const client = new FlightSQLClient({ host, port: Number(port), plaintext: true, ...login });
  await client.connect();
  return client;
};
let client;
before(async () => (client = await connect({ username: "user", password: "secret" })));
after(() => client.close());
const column = (table, name) => Array.from(table.getChild(name));

test("01 a handshake with a token, with a password and without", async () => {
  for (const login of [{ token: "some-token" }, { username: "user", password: "pw" }, {}]) {
    const other = await connect(login);
    assert.deepEqual(column(await other.execute("SELECT 1 AS one"), "one"), [1n]);
    await other.close();
  }
});

test("02 no ids of server information mean all", async () => {
  const info = await client.getSqlInfo();
  assert.equal(info.size, 91);
  assert.equal(info.get(0), "Tributary");
  assert.equal(info.get(3), true);
  assert.equal(info.get(504), '"');
});

test("03 catalogs, schemas and tables without a catalog", async () => {
  assert.deepEqual(await client.getCatalogs(), ["tributary"]);
  const schemas = await client.getSchemas();
  assert.ok(schemas.some((it) => it.schema === "small" && it.catalog === "tributary"));
  const tables = await client.getTables(undefined, "public", "a\\_b");
  assert.deepEqual(tables.map((it) => it.tableName), ["a_b"]);
});

test("04 only views", async () => {
  const views = await client.getTables(undefined, "small", undefined, ["VIEW"]);
  assert.ok(views.length >= 2);
  assert.ok(views.every((it) => it.tableType === "VIEW"));
  assert.deepEqual(await client.getTables(undefined, "small", undefined, ["TABLE"]), []);
  assert.deepEqual(await client.getTableTypes(), ["TABLE", "VIEW"]);
});

test("07 08 an empty result has its columns", async () => {
  const table = await client.execute("SELECT order_id, total FROM orders WHERE 1 = 0");
  assert.equal(table.numRows, 0);
  assert.deepEqual(table.schema.fields.map((it) => it.name), ["order_id", "total"]);
});

test("12 13 a large result comes in small messages, not compressed", async () => {
  const sql = "SELECT value, repeat('x', 100) AS text FROM generate_series(1, 100000) ORDER BY value";
  const table = await client.execute(sql);
  assert.equal(table.numRows, 100000);
  assert.equal(table.getChild("value").get(99999), 100000n);
});

test("14 an error has its text", async () => {
  await assert.rejects(client.execute("SELECT nothing FROM orders"), /No field named nothing/);
});

test("15 nothing can be changed", async () => {
  await assert.rejects(client.execute("DROP TABLE orders"), /DROP TABLE is not allowed/);
});

test("17 the schema of a query: the client forgets to wrap its command, and is told", async () => {
  await assert.rejects(client.getQuerySchema("SELECT 1"), /wrapped in google.protobuf.Any/);
});

test("26 every type", () => types.check(assert, (sql) => client.execute(sql)));
