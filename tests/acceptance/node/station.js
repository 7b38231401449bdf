"use strict";

// A charging station in the hand of a test: one JSON object a line, orders on stdin, what happened on stdout.
//
//   order   {"id": 1, "order": "connect"}                                the subprotocol that was agreed
//           {"id": 2, "order": "call", "action": …, "payload": …}        the payload of the CALLRESULT
//           {"id": 3, "order": "answer", "action": …, "payload": …}      say this from now on when the CSMS asks
//           {"id": 4, "order": "drop"}                                   the socket is gone, without a farewell
//   report  {"id": 1, "result": …} or {"id": 1, "error": …, "code": …}   once for each order
//           {"asked": "Reset", "payload": …}                             the CSMS sent a CALL that has an answer
//           {"complaint": …}                                             the CSMS broke the protocol or its schema
//
// An action without an answer is left to the client, which refuses it by itself. The station ends with its stdin.

const { createInterface } = require("node:readline");

/** Play `client`: what ocpp-rpc and ocpp-ws-io have in common is all that is used of it. */
module.exports = function play(client) {
  const answers = new Map();
  const report = (line) => process.stdout.write(JSON.stringify(line) + "\n");

  const orders = {
    async connect() {
      await client.connect();
      return client.protocol;
    },
    async call({ action, payload }) {
      return client.call(action, payload);
    },
    async answer({ action, payload }) {
      if (!answers.has(action)) {
        client.handle(action, ({ params }) => {
          report({ asked: action, payload: params });
          return answers.get(action);
        });
      }
      answers.set(action, payload);
    },
    async drop() {
      await client.close({ force: true });
    },
  };

  for (const event of ["strictValidationFailure", "badMessage"]) {
    client.on(event, ({ error }) => report({ complaint: `${event}: ${error.message}` }));
  }
  createInterface({ input: process.stdin })
    .on("line", async (line) => {
      const { id, order, ...details } = JSON.parse(line);
      try {
        report({ id, result: (await orders[order](details)) ?? null });
      } catch (error) {
        report({ id, error: error.message, code: error.rpcErrorCode ?? null });
      }
    })
    .on("close", () => process.exit(0));
};
