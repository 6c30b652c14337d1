// Makes the container `bucket` at the server on the port of the first argument, with the account
// that every emulator of Azure storage has.
const crypto = require("node:crypto");

const account = "devstoreaccount1";
const key =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const headers = { "x-ms-date": new Date().toUTCString(), "x-ms-version": "2021-08-06" };
const named = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
const signed = [
  "PUT",
  ...Array(11).fill(""),
  ...named,
  `/${account}/${account}/bucket`,
  "restype:container",
].join("\n");
const signature = crypto
  .createHmac("sha256", Buffer.from(key, "base64"))
  .update(signed)
  .digest("base64");
headers.Authorization = `SharedKey ${account}:${signature}`;

const url = `http://127.0.0.1:${process.argv[2]}/${account}/bucket?restype=container`;
fetch(url, { method: "PUT", headers }).then(async (answer) => {
  if (!answer.ok) {
    console.error(answer.status, await answer.text());
    process.exitCode = 1;
  }
});
