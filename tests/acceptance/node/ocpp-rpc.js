"use strict";

const { RPCClient } = require("ocpp-rpc");
const play = require("./station.js");

const [endpoint, identity, password, protocol] = process.argv.slice(2);

play(
  new RPCClient({
    endpoint,
    identity,
    password,
    protocols: [protocol],
    strictMode: protocol !== "ocpp2.1", // its schemas of 2.1 have names that it does not look for
    reconnect: false,
  }),
);
