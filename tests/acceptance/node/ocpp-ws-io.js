"use strict";

const { OCPPClient, SecurityProfile } = require("ocpp-ws-io");
const play = require("./station.js");

const [endpoint, identity, password, protocol] = process.argv.slice(2);

play(
  new OCPPClient({
    endpoint,
    identity,
    password,
    securityProfile: SecurityProfile.BASIC_AUTH,
    protocols: [protocol],
    strictMode: true,
    reconnect: false,
    handlerGraceMs: 0,
    logging: false,
  }),
);
