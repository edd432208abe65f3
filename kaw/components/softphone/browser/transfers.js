// Passing a call on (RFC 3515, RFC 3891, RFC 5589), and being passed on.
import { dialable } from "./numbers.js";

/** Send the other side to `number`; should that fail, the call is still here. */
export function blind(phone, talk, number) {
  const clean = dialable(number);
  if (!talk?.talking) return;
  if (!clean) return phone.tell("transfer_failed", talk, { reason: "bad_number" });
  talk.transfer(phone.target(clean), null, (done, reason) => settle(phone, [talk], done, reason));
}

/** Ask a colleague first. */
export async function consult(phone, talk, number) {
  if (talk?.talking) await phone.call(number, "", talk.id);
}

/** Connect the held side with the colleague; one who has not answered yet gets the call unannounced. */
export function complete(phone) {
  const second = phone.talks.find((talk) => talk.consulting) || phone.current;
  const first = phone.find(second?.consulting) || phone.talks.find((talk) => talk !== second);
  if (!first?.talking) return;
  first.leaving = true;
  const settled = (done, reason) => {
    first.leaving = false;
    settle(phone, [first, second], done, reason);
  };
  if (second.talking) {
    first.transfer(second.session.remote_identity.uri.toString(), second, settled);
  } else {
    second.hangUp();
    first.transfer(phone.target(second.number), null, settled);
  }
}

function settle(phone, talks, done, reason) {
  const [first] = talks;
  if (!done) return first.over || phone.tell("transfer_failed", first, { reason });
  phone.tell("transferred", first);
  talks.filter((talk) => !talk.over).forEach((talk) => talk.hangUp());
}

/** The other side passes us on: call where it says. Its call to us ends when that is answered. */
export async function referred(phone, talk, { accept, reject, request }) {
  const next = phone.add({ incoming: false, number: request.refer_to.uri.user || "" });
  phone.changed();
  if (!(await phone.giveMicrophone(next))) return reject();
  accept((session) => next.attach(session), phone.media(next));
}

/** Somebody takes the place of the other side of this talk, which goes on without ringing. */
export async function replaced(phone, talk, { accept, reject }) {
  if (!talk.talking) return reject();
  accept(async (session) => {
    session.data = { ...session.data, replaces: true };
    const next = phone.welcome(session);
    next.stage = "progress";
    next.earlySound = true;
    if (await phone.giveMicrophone(next)) session.answer(phone.media(next));
  });
}
