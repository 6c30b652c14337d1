"use strict";
// The Arrow type in JavaScript and the value as text, for both clients.
//
// A decimal is a whole number without its point: 7072.02 comes as 707202, to be divided by 10^scale.
// Dates and timestamps are milliseconds since 1970 as a number.

const expected = {
  text: ["Utf8", "long enough not to be inlined"],
  large_text: ["Utf8", "a"],
  dictionary: ["Utf8", "a"],
  binary: ["Binary", "97"],
  large_binary: ["Binary", "97"],
  decimal: ["Decimal[18e+2]", "707202"],
  wide_decimal: ["Decimal[38e+2]", "707202"],
  instant: ["Timestamp<MICROSECOND, UTC>", "1767323045123.456"],
  timestamp: ["Timestamp<MICROSECOND>", "1767323045123.456"],
  last_timestamp: ["Timestamp<MICROSECOND>", "253402300799000"],
  first_date: ["Date32<DAY>", "-62135596800000"],
  last_date: ["Date32<DAY>", "253402214400000"],
  time: ["Time64<MICROSECOND>", "45296500000"],
  largest_integer: ["Uint64", "18446744073709551615"],
  long_integer: ["Int64", "9007199254740993"],
  list: ["List<Utf8>", "[a]"],
  fixed_list: ["List<Int64>", "[1,2]"],
  list_view: ["List<Int64>", "[1,2]"],
  struct: ["Struct<{word:Utf8}>", '{"word": "a"}'],
  map: ["Map<{key:Utf8, value:Int64}>", '{"a": 1}'],
  interval: ["Utf8", "1 mons 2 days"],
  duration: ["Utf8", "PT3600S"],
  null: ["Utf8", "null"],
  run_end: ["Utf8", "a"],
  half: ["Float32", "1.5"],
  boolean: ["Bool", "true"],
  double: ["Float64", "1.5"],
};

/** Every type of types.json, as a client shows it. */
async function check(assert, query) {
  const types = require(process.env.TRIBUTARY_TEST_TYPES);
  assert.deepEqual(Object.keys(types), Object.keys(expected));
  for (const [name, sql] of Object.entries(types)) {
    const table = await query(`SELECT ${sql} AS value`);
    const shown = [String(table.schema.fields[0].type), String(table.getChild("value").get(0))];
    assert.deepEqual(shown, expected[name], name);
  }
}

module.exports = { check };
