/** The conversation as the visitor sees it: a pure reducer, and what is read off its state. */
import type { ChatEvent, Typing } from "./api.js";

/** A message of the visitor's own that the desk has not confirmed. */
export interface Pending {
  key: string;
  text: string;
  at: string;
  status: "sending" | "failed";
  /** Why it was refused, in the desk's words. */
  reason?: string;
}

/** An event that the desk stored. */
export type Stored = ChatEvent;

export interface State {
  /** What was said in conversations that the desk no longer knows: it stays on the page. */
  earlier: Stored[];
  /** In order of their sequence number, each once. */
  events: Stored[];
  pending: Pending[];
  /** The last sequence number up to which everything has been read. */
  cursor: number;
  draft: string;
  /** Why the last message was refused, in the desk's words ("" when it gave none); null: it was not. */
  refusal: string | null;
  typing: "" | "bot" | "staff";
  reach: "unknown" | "ok" | "down";
  /** Whether what the desk took has had no answer for too long. */
  silent: boolean;
  lost: boolean;
}

export type Action =
  | { type: "draft"; text: string }
  | { type: "send"; key: string; text: string; at: string; typed: boolean }
  | { type: "restore"; pending: Pending[]; draft: string }
  | { type: "retry"; key: string }
  | { type: "delivered"; key: string; seq: number }
  | { type: "failed"; key: string }
  | { type: "refused"; key: string; words: string; typed: boolean }
  | { type: "dropped"; key: string }
  /** All that the desk has `after` a number, up to the last of these; some events, when there is no number. */
  | { type: "events"; events: ChatEvent[]; after?: number | undefined }
  | { type: "typing"; typing: Typing | null }
  | { type: "reach"; reach: "ok" | "down" }
  | { type: "silent" }
  | { type: "lost" | "fresh"; ours: boolean };

export const EMPTY: State = {
  earlier: [],
  events: [],
  pending: [],
  cursor: 0,
  draft: "",
  refusal: null,
  typing: "",
  reach: "unknown",
  silent: false,
  lost: false,
};

function merged(events: Stored[], more: Stored[]): Stored[] {
  const bySeq = new Map([...events, ...more].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

function without(pending: Pending[], key: string): Pending[] {
  return pending.filter((message) => message.key !== key);
}

/** What is still to be delivered once these have been seen at the desk. */
function left(pending: Pending[], events: ChatEvent[]): Pending[] {
  const keys = new Set(events.map((event) => event.key));
  return pending.some(({ key }) => keys.has(key)) ? pending.filter(({ key }) => !keys.has(key)) : pending;
}

/**
 * Whether there is an answer to the visitor's message `seq`: to that one, where the desk says to which. That a person
 * came or went is none.
 */
export const isAnswered = (events: Stored[], seq: number): boolean =>
  events.some(
    (one) =>
      one.from !== "visitor" && one.person == null && one.seq > seq && !(one.answers?.length && one.answers.indexOf(seq) < 0),
  );

function delivered(state: State, key: string, seq: number): State {
  const message = state.pending.find((one) => one.key === key);
  if (!message) return state;
  const event: Stored = { seq, at: message.at, from: "visitor", text: message.text, key };
  const events = merged([event], state.events);
  const answered = isAnswered(events, seq);
  // With a person in the conversation nobody may be writing yet: only the desk can say so.
  const person = events.some((one) => one.from === "staff");
  const assumed = answered || person ? state.typing : "bot";
  return { ...state, events, pending: without(state.pending, key), typing: assumed, reach: "ok", lost: false };
}

function received(state: State, incoming: ChatEvent[], after = Infinity): State {
  const known = new Set(state.events.map((event) => event.seq));
  const answers = incoming.some((event) => event.from !== "visitor" && !known.has(event.seq));
  const events = merged(state.events, incoming);
  return {
    ...state,
    events,
    // The stream can be faster than the answer to our own request, and another tab can have sent the message.
    pending: left(state.pending, incoming),
    typing: answers ? "" : state.typing,
    // One of several answers does not take the crisis lines away from whoever waits for another.
    silent: state.silent && events.some((one) => one.from === "visitor" && !isAnswered(events, one.seq)),
    // What leaves a gap moves nothing: the gap is still to be read.
    cursor: after > state.cursor ? state.cursor : Math.max(state.cursor, ...incoming.map((event) => event.seq)),
    reach: "ok",
  };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "draft":
      return { ...state, draft: action.text, refusal: null };
    case "send": {
      const { key, text, at } = action;
      const pending: Pending[] = [...state.pending, { key, text, at, status: "sending" }];
      return { ...state, pending, draft: action.typed ? "" : state.draft, refusal: null, lost: false };
    }
    case "restore":
      return { ...state, pending: left(action.pending, state.events), draft: action.draft };
    case "retry":
      return {
        ...state,
        pending: state.pending.map((one): Pending =>
          one.key === action.key ? { key: one.key, text: one.text, at: one.at, status: "sending" } : one,
        ),
      };
    case "delivered":
      return delivered(state, action.key, action.seq);
    case "failed":
      return {
        ...state,
        pending: state.pending.map((one) => (one.key === action.key ? { ...one, status: "failed" } : one)),
      };
    case "dropped":
      return { ...state, pending: without(state.pending, action.key), silent: false };
    case "refused": {
      const message = state.pending.find((one) => one.key === action.key);
      if (!message) return state;
      // Words that the visitor typed go back to where they can be changed, unless new ones are there.
      if (action.typed && !state.draft) {
        const pending = without(state.pending, action.key);
        return { ...state, pending, draft: message.text, refusal: action.words, reach: "ok", silent: false };
      }
      const kept: Pending = { ...message, status: "failed", reason: action.words };
      const pending = state.pending.map((one) => (one.key === action.key ? kept : one));
      return { ...state, pending, reach: "ok" };
    }
    case "events":
      return received(state, action.events, action.after);
    case "typing":
      return { ...state, typing: action.typing?.typing ? action.typing.from : "" };
    case "reach":
      return state.reach === action.reach ? state : { ...state, reach: action.reach };
    case "silent":
      return state.silent ? state : { ...state, silent: true };
    case "fresh":
      return { ...EMPTY, reach: "ok" };
    case "lost": {
      // Nobody is asked about an answer that the desk no longer knows. What another tab has forgotten, because
      // the visitor had it deleted there, is not to be read here either; what is still to be sent stays.
      const earlier = action.ours ? [...state.earlier, ...state.events.map((event) => ({ ...event, feedback: null }))] : [];
      return { ...state, earlier, events: [], cursor: 0, typing: "", silent: false, lost: earlier.length > 0 };
    }
  }
}

/** One row of the transcript. */
export type Row =
  | { kind: "day"; id: string; at: string }
  | { kind: "new"; id: string }
  | { kind: "event"; id: string; event: Stored; replies: string[] }
  | { kind: "pending"; id: string; message: Pending };

function dayOf(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/**
 * The transcript from top to bottom: earlier conversations, events by sequence number, the
 * visitor's own unconfirmed messages last, and a row where a new day begins. Quick replies are
 * given only with what was said since the visitor's last message: older ones no longer fit.
 */
export function rows(state: State): Row[] {
  const all = [...state.earlier, ...state.events];
  const lastOwn = all.reduce((last, event, index) => (event.from === "visitor" ? index : last), -1);
  const found: Row[] = [];
  let day = "";
  const separate = (at: string): void => {
    if (dayOf(at) === day) return;
    day = dayOf(at);
    found.push({ kind: "day", id: `day-${day}-${found.length}`, at });
  };
  const renew = (index: number): void => {
    if (index > 0 && index === state.earlier.length) found.push({ kind: "new", id: `new-${index}` });
  };
  all.forEach((event, index) => {
    renew(index);
    separate(event.at);
    const open = index > lastOwn && !state.pending.length && index >= state.earlier.length;
    const era = index < state.earlier.length ? `x${index}` : `e${event.seq}`;
    const replies = open ? (event.quick_replies ?? []) : [];
    found.push({ kind: "event", id: event.key ?? era, event, replies });
  });
  if (state.pending.length && !state.events.length) renew(all.length);
  for (const message of state.pending) {
    separate(message.at);
    found.push({ kind: "pending", id: message.key, message });
  }
  return found;
}

/** How many of the events were said by others after a sequence number. */
export function unread(state: State, seen: number): number {
  return state.events.filter((event) => event.from !== "visitor" && event.seq > seen).length;
}

/** Characters as the desk counts them: code points of the trimmed text. */
export function length(text: string): number {
  return [...text.trim()].length;
}
