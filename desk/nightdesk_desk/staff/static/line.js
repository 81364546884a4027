/* The line over which a page hears that there is news.

   One that died without a word (a laptop that slept, another network) is opened again: the browser
   itself may not notice for many minutes. Without HTTP/2, browsers open six connections to an
   address, and each line holds one for good: tabs beyond the fourth ask every few seconds instead,
   so that pages and acts still come through. */
"use strict";

(() => {
  const SILENT_MS = 15000; /* the desk says something every 5 seconds */
  const LOOK_MS = 3000;
  const ASK_MS = 4000;
  const LINES = 4;
  const PASSED_ON = ["changed", "typing", "signed-out"];

  const page = performance.getEntriesByType("navigation")[0];
  const few = Boolean(navigator.locks) && !/^h[23]/.test(page ? page.nextHopProtocol : "");

  /* What the sse extension uses of an EventSource. */
  class Line extends EventTarget {
    #url;
    #source = null;
    #timer = 0;
    #heard = 0;
    #letGo = () => {};
    readyState = EventSource.CONNECTING;
    onopen = null;
    onerror = null;

    constructor(url) {
      super();
      this.#url = url;
      if (few) this.#choose();
      else this.#listen();
    }

    close() {
      this.readyState = EventSource.CLOSED;
      clearInterval(this.#timer);
      if (this.#source) this.#source.close();
      this.#letGo();
    }

    /* A lock is held until its promise ends, or its tab. */
    #take(number) {
      return new Promise((told) => {
        navigator.locks.request(`nightdesk-line-${number}`, { ifAvailable: true }, (lock) => {
          told(Boolean(lock));
          return lock && new Promise((letGo) => { this.#letGo = letGo; });
        }).catch(() => told(true));
      });
    }

    async #mayListen() {
      for (let number = 1; number <= LINES; number += 1) {
        if (await this.#take(number)) return true;
      }
      return false;
    }

    async #choose() {
      if (await this.#mayListen()) this.#listen();
      else if (this.readyState !== EventSource.CLOSED) this.#ask();
    }

    #listen() {
      if (this.readyState === EventSource.CLOSED) {
        this.#letGo();
        return;
      }
      const source = new EventSource(this.#url, { withCredentials: true });
      const heard = () => { this.#heard = Date.now(); };
      heard();
      this.#source = source;
      source.onopen = (event) => {
        heard();
        this.#opened(event);
      };
      source.onerror = (event) => {
        heard();
        this.#failed(event);
      };
      source.addEventListener("beat", heard);
      for (const name of PASSED_ON) {
        source.addEventListener(name, (event) => {
          heard();
          this.dispatchEvent(new MessageEvent(name, { data: event.data }));
        });
      }
      this.#timer = setInterval(() => {
        if (Date.now() - this.#heard < SILENT_MS) return;
        source.close();
        this.#failed(new Event("error"));
      }, LOOK_MS);
    }

    #ask() {
      this.#opened(new Event("open"));
      this.#timer = setInterval(async () => {
        /* Somebody may have closed a tab. */
        if (await this.#mayListen()) {
          clearInterval(this.#timer);
          this.#listen();
        } else if (this.readyState !== EventSource.CLOSED) {
          this.dispatchEvent(new MessageEvent("changed", { data: "changed" }));
        }
      }, ASK_MS);
    }

    #opened(event) {
      this.readyState = EventSource.OPEN;
      if (this.onopen) this.onopen(event);
    }

    #failed(event) {
      this.readyState = this.#source.readyState;
      if (this.readyState === EventSource.CLOSED) this.close();
      if (this.onerror) this.onerror(event);
    }
  }

  htmx.createEventSource = (url) => new Line(url);
})();
