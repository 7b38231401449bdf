"use strict";

const { RPCClient } = require("ocpp-rpc");
const play = require("./station.js");

const [endpoint, identity, password] = process.argv.slice(2);

play(
  new RPCClient({
    endpoint,
    identity,
    password,
    protocols: ["ocpp1.6"],
    strictMode: true,
    reconnect: false,
  }),
);
