"""A desk within the page that says what a test tells it to.

Only the conversation is answered for; files and the clinic's settings are the real desk's.
"""

from typing import Any, Self

from guest import Guest
from playwright.sync_api import Route, expect
from visitor_page import VisitorPage

DESK = """(() => {
  const json = (body, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  const bytes = (text) => new TextEncoder().encode(text);
  const streams = new Set();
  const tell = (type, data) => {
    const event = bytes(`event: ${type}\\ndata: ${JSON.stringify(data)}\\n\\n`);
    streams.forEach((to) => to.enqueue(event));
  };
  // An empty tab has no storage. (There, Firefox gives it no address either.)
  if (origin === "null") return;
  const said = JSON.parse(sessionStorage.getItem("scripted desk") ?? "[]");
  const add = (event) => {
    said.push({ seq: said.length + 1, at: new Date().toISOString(), ...event });
    // A desk outlives the page.
    sessionStorage.setItem("scripted desk", JSON.stringify(said));
    tell("message", said.at(-1));
    return said.length;
  };
  const follow = (signal) => {
    let here;
    const body = new ReadableStream({
      start(stream) {
        streams.add((here = stream));
        stream.enqueue(bytes(": here\\n\\n"));
        signal.addEventListener("abort", () => streams.delete(here) && here.error(signal.reason));
      },
      cancel: () => void streams.delete(here),
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  const held = [];
  const desk = (window.desk = {
    /** How a call is answered, by the end of its address: [status, body], once; "away"; "held". */
    answers: {},
    say: (events) => events.forEach(add),
    typing: (from) => tell("typing", { from, typing: true }),
    release: () => held.splice(0).forEach((go) => go()),
    /** Know nothing of the conversation any more. */
    forget() {
      said.length = 0;
      sessionStorage.removeItem("scripted desk");
      desk.answers["/stream"] = [404, { error: "not_found", message: "There is no such chat." }];
      streams.forEach((stream) => stream.close());
      streams.clear();
    },
  });
  const real = window.fetch.bind(window);
  window.fetch = async (address, how = {}) => {
    const { method, body, signal } = how;
    const { pathname, searchParams } = new URL(address, location.href);
    if (!pathname.startsWith("/api/conversations")) return real(address, how);
    const what = pathname.replace("/api/conversations", "").replace(/^.[^/]+/, "");
    if (desk.answers[what] === "held") await new Promise((go) => held.push(go));
    const answer = desk.answers[what];
    if (answer === "away") throw new TypeError("away");
    if (Array.isArray(answer)) {
      delete desk.answers[what];
      return json(answer[1], answer[0]);
    }
    if (what === "/messages") {
      const key = how.headers["Idempotency-Key"];
      return json({ seq: add({ from: "visitor", text: JSON.parse(body).text, key }) }, 201);
    }
    if (what === "/events") return json(said.filter(({ seq }) => seq > +searchParams.get("after")));
    if (what === "/stream") return follow(signal);
    if (method === "DELETE") return json({ deleted: true });
    return json({ conversation_id: "c1", token: "t1" }, 201);
  };
})()"""

ANSWER = {
    "from": "bot",
    "text": "Within a few hours to a few days.\n\n- It fades with time.\n- Call (555) 010-0142.",
    "source": {
        "kind": "guide",
        "passages": [{"title": "How fast it works", "text": "A few hours to a few days."}],
        "document": "Guide",
        "document_date": "2025-11-03",
        "review": None,
        "cautions": [
            {
                "text": "Do not drive until the next day.",
                "sources": [{"name": "The label", "url": "https://label.example/"}],
            }
        ],
    },
    "feedback": {"helpful": None},
    "quick_replies": ["How long does it last?", "What are the side effects?"],
}
CRISIS = {
    "from": "bot",
    "text": "I am sorry that it hurts so much.\n\nIn danger now? Call 911. Call or text 988.",
}
CLOSED = {
    "from": "system",
    "text": "Nobody at the clinic is reading right now. If you cannot wait, call 988.",
    "offers": ["contact"],
}
JOINED = {"from": "system", "text": "Kim from our staff has joined this chat.", "person": True}
STAFF = {"from": "staff", "name": "Kim", "title": "nurse", "text": "Good evening, this is Kim."}


class ScriptedVisitor(VisitorPage):
    """A visitor whose desk says what the test tells it to."""

    def __init__(self, guest: Guest) -> None:
        guest.context.add_init_script(DESK)
        super().__init__(guest)
        self.held: list[Route] = []

    def come_and_open(self) -> Self:
        """Open the chat, and wait until all of it is there."""
        self.come().open_chat()
        expect(self.hooked("menu")).to_be_visible()
        return self

    def tell(self, text: str) -> None:
        """Send a message, and wait until the desk has it."""
        self.say(text)
        self.wait_until_delivered()

    def desk_says(self, *events: dict[str, Any]) -> None:
        """Let the desk say something, and wait until it is in the transcript."""
        before = self.messages.count()
        self.page.evaluate("(events) => desk.say(events)", list(events))
        expect(self.messages).to_have_count(before + len(events))

    def somebody_types(self, who: str) -> None:
        """Let the desk tell that somebody is writing."""
        self.page.evaluate("(who) => desk.typing(who)", who)
        expect(self.hooked("typing")).to_be_visible()

    def answer_with(self, what: str, answer: Any) -> None:
        """Set how the next call is answered whose address ends so; None for as always."""
        self.page.evaluate("([what, answer]) => (desk.answers[what] = answer)", [what, answer])
