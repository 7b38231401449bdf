"use strict";

// The server of ocpp-rpc as a central system: it lets in who knows his password, accepts everything, and judges each
// message by its own schemas. Arguments: a JSON object of passwords by station. What happens goes to stdout, a JSON
// object a line; it ends with its stdin.
//
//   {"listening": 41234}                                      the port
//   {"station": "CP1", "action": "StopTransaction", "payload": …}   a message was answered
//   {"refused": "CP1"}                                        a wrong password
//   {"complaint": …}                                          a station broke the protocol or its schema

const { RPCServer } = require("ocpp-rpc");

const passwords = JSON.parse(process.argv[2]);
const report = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const accepted = { status: "Accepted" };
let transactions = 0;

const replies = {
  BootNotification: () => ({ currentTime: new Date().toISOString(), interval: 300, status: "Accepted" }),
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  StatusNotification: () => ({}),
  MeterValues: () => ({}),
  Authorize: (protocol) => (protocol === "ocpp1.6" ? { idTagInfo: accepted } : { idTokenInfo: accepted }),
  StartTransaction: () => ({ transactionId: ++transactions, idTagInfo: accepted }),
  StopTransaction: () => ({ idTagInfo: accepted }),
  TransactionEvent: () => ({}),
};

const server = new RPCServer({ protocols: ["ocpp1.6", "ocpp2.0.1"], strictMode: true });

server.auth((accept, reject, { identity, password }) => {
  if (passwords[identity] !== password?.toString()) {
    report({ refused: identity });
    reject(401);
    return;
  }
  accept();
});

server.on("client", (client) => {
  for (const [action, reply] of Object.entries(replies)) {
    client.handle(action, ({ params }) => {
      report({ station: client.identity, action, payload: params });
      return reply(client.protocol);
    });
  }
  for (const event of ["strictValidationFailure", "badMessage"]) {
    client.on(event, ({ error }) => report({ complaint: `${client.identity}, ${event}: ${error.message}` }));
  }
});

server.listen(0, "127.0.0.1").then((http) => report({ listening: http.address().port }));
process.stdin.resume().on("close", () => process.exit(0));
