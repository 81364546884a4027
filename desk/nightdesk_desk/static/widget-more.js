/* Nightdesk, Apache-2.0. Lit (c) Google LLC, BSD-3-Clause. */
function e(e){return`${e.at} ${e.seq}`}var t=class{constructor(e,t){this.tools=e,this.words=t}#e=new Map;draw(t,n){let s=function(e){if("object"!=typeof e||null===e)return;let{helpful:t}=e;return"boolean"==typeof t?t:null}(t.feedback);if(void 0===s)return null;let{html:r,nothing:o,person:a,send:i}=this.tools,{words:d}=this,l=this.#e.get(e(t)),u=function(e,t){return"failed"===e?.state?"failed":"sending"===e?.state||null===t?null:t?"said_yes":"said_no"}(l,s);return r`<div class="asked" role="group" aria-labelledby=${`asked-${n}`} aria-live="off" data-test="feedback">
<p id=${`asked-${n}`}>${d.question}</p>
${this.#t(t,!0,s)} ${this.#t(t,!1,s)}
<p class="said" role=${l?"status":o} data-test="feedback-said">${u&&d[u]}</p>
${function(e,t){return!1===(e?e.helpful:t)}(l,s)?r`<p>${d.offer}</p>
<button type="button" data-test="feedback-person" @click=${()=>i(a)}>${a}</button>`:o}
</div>`}#t(t,n,s){let{html:r,nothing:o}=this.tools,a=function(e,t){return"sending"===e?.state?e.helpful:t}(this.#e.get(e(t)),s)===n;return r`<button
type="button"
data-test=${n?"feedback-yes":"feedback-no"}
aria-pressed=${a}
@click=${()=>this.#n(t,n,s)}
>
${a?r`<span aria-hidden="true">✓ </span>`:o}${n?this.words.yes:this.words.no}
</button>`}#n(t,n,s){let r=function(e,t,n){return"sending"===e?.state?{press:{helpful:n,state:"sending"},send:!1}:t===n&&"failed"!==e?.state?{press:e,send:!1}:{press:{helpful:n,state:"sending"},send:!0}}(this.#e.get(e(t)),s,n);this.#s(t,r.press),r.send&&this.#r(t,n)}async#r(t,n){let s=await this.tools.rate(t,n).then(()=>!0,()=>!1),r=function(e,t,n){return e.helpful!==t?{press:e,send:!0}:{press:{helpful:t,state:n?"stored":"failed"},send:!1}}(this.#e.get(e(t)),n,s);this.#s(t,r.press),r.send&&await this.#r(t,r.press.helpful)}#s(t,n){n&&this.#e.set(e(t),n),this.tools.draw()}};function n(e,t){let n=new Date(e);return+n?n.toLocaleDateString(t,{dateStyle:"long",timeZone:"UTC"}):""}function s(e,t){return"object"==typeof e&&null!==e?e[t]:void 0}function r(e,t){let n=s(e,t);return"string"==typeof n?n:""}function o(e,t){return e.replace(/\{(\w+)\}/g,(e,n)=>Object.hasOwn(t,n)?String(t[n]):e)}function a(e,t){let n=s(e,t);return Array.isArray(n)?n:[]}function i(e,t,a){let i=function(e,t){let o=s(e,"review");return void 0===o?o:n(r(o,"on"),t)}(e,a);if(void 0===i)return"";if(!i)return t.unreviewed;let d=s(e,"review"),l=[r(d,"reviewer"),r(d,"role")].filter(Boolean).join(", "),u=n(r(d,"next_review"),a),c=l?o(t.reviewed,{who:l,date:i}):o(t.reviewed_unnamed,{date:i});return u?`${c} ${o(t.next_review,{date:u})}`:c}function d(e,t,s){let a=r(e,"document");return a&&o(t.document_dated,{title:a,date:n(r(e,"document_date"),s)||t.no_date})}String.raw`https?:\/\/[^\s<>"'“”]+`,String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,String.raw`(?:[a-z0-9-]+\.)+(?:org|com|gov|health)\b(?:\/[^\s<>"'“”]*)?`,String.raw`(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}|\+\d[\d .()-]{6,16}\d|(?:0|1[38])\d\d+ \d{3,4} \d{3}`;var l=class{constructor(e,t){this.tools=e,this.words=t}#e=new Set;draw(t,n,o){let{html:a,nothing:i}=this.tools,{source:d}=t,l=r(d,"kind");if("clinic"===l&&!s(d,"review"))return null;let u=this.#e.has(e(t));return a`<button
type="button"
class="source"
data-test="source-toggle"
aria-expanded=${u}
aria-controls=${`source-${n}`}
@click=${e=>this.#s(t,e.currentTarget)}
>
<span data-test=${`source-${l}`}>${o}</span>
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9l6 6 6-6" /></svg>
</button>
<div class="passages" id=${`source-${n}`} aria-live="off" data-test="source-text" ?hidden=${!u}>
${u?this.#t(d):i}
</div>`}#t(e){let{html:t,lang:n}=this.tools,s=(e,n)=>e?t`<p data-test=${n}>${e}</p>`:null;return[...a(e,"passages").map(e=>this.#n(r(e,"title"),r(e,"text"))),s(d(e,this.words,n),"source-document"),s(i(e,this.words,n),"source-review"),...a(e,"cautions").map(e=>this.#r(e))]}#n(e,t){let{html:n}=this.tools;return n`<p><strong>${e}</strong></p>
<blockquote>${t}</blockquote>`}#r(e){let{html:t,nothing:n}=this.tools,{words:s}=this,o=a(e,"sources").map(e=>{let n=function(e){let t=function(e){try{let t=new URL(e,void 0);return"https:"===t.protocol||"http:"===t.protocol?t.href:""}catch{return""}}(e);return t.startsWith("https:")?t:""}(r(e,"url")),s=r(e,"name")||n;return n?t`<li><a href=${n} target="_blank" rel="noreferrer">${s}</a></li>`:t`<li>${s}</li>`});return t`<div data-test="source-caution">
<p><strong>${s.caution}</strong></p>
<p>${r(e,"text")}</p>
${o.length?t`<p>${s.sources}</p>
<ul>
${o}
</ul>`:n}
</div>`}#s(t,n){let s=e(t);this.#e.delete(s)||this.#e.add(s),this.tools.draw(),n.nextElementSibling?.scrollIntoView({block:"nearest"})}},u={document_dated:"From the document “{title}” ({date})",no_date:"no date given",reviewed:"Reviewed by {who}, on {date}.",reviewed_unnamed:"Reviewed on {date}.",next_review:"Next review: {date}.",unreviewed:"This answer has no current review by a clinician.",caution:"Please also know",sources:"You can read more here:",question:"Did this answer your question?",yes:"Yes",no:"No",said_yes:"You said yes. Thank you.",said_no:"You said no. Thank you for telling us.",offer:"Would you like to ask our staff?",failed:"That could not be sent. Try again."},c={en:u};function h(e){try{return e()}catch{return null}}function p(e,n){if("92c3acc9"!==e)return;let s=function(e){return c[e]??u}(n.lang),r=new l(n,s),o=new t(n,s);return function(e,t){try{let n=new CSSStyleSheet;n.replaceSync(t),e.adoptedStyleSheets=[...e.adoptedStyleSheets,n]}catch{let n=document.createElement("style");n.textContent=t,e.append(n)}}(n.root,"button.source{border:0;padding:0;font-size:.875em;background:none;color:var(--link);text-decoration:underline}[aria-expanded=true] svg{transform:rotate(180deg)}.passages{display:grid;gap:.375em;max-width:90%;color:var(--soft);font-size:.875em}.passages[hidden]{display:none}.passages p,.passages ul{font-size:1em}.passages ul{padding-inline-start:1.375em}.passages a{display:inline-block;min-height:24px;vertical-align:top}blockquote{padding-inline-start:.5em;border-inline-start:4px solid var(--edge);color:var(--ink)}.asked{display:flex;flex-wrap:wrap;align-items:center;gap:.25em .5em;margin-top:.5em}.asked p{flex:0 0 100%;color:var(--soft)}.asked button{min-width:44px}.asked [aria-pressed=true]{border-width:2px;font-weight:600}"),{source:(e,t,n)=>h(()=>r.draw(e,t,n)),feedback:(e,t)=>h(()=>o.draw(e,t))}}export{p as start};
