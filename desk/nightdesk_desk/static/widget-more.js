/* Nightdesk, Apache-2.0. Lit (c) Google LLC, BSD-3-Clause. */
function t(t){return`${t.at} ${t.seq}`}var e=class{constructor(t,e){this.tools=t,this.words=e}#t=new Map;draw(e,s){let n=function(t){if("object"!=typeof t||null===t)return;let{helpful:e}=t;return"boolean"==typeof e?e:null}(e.feedback);if(void 0===n)return null;let{html:o,nothing:a,person:i,send:r}=this.tools,{words:l}=this,c=this.#t.get(t(e)),d=function(t,e){return"failed"===t?.state?"failed":"sending"===t?.state||null===e?null:e?"said_yes":"said_no"}(c,n);return o`<div class="asked" role="group" aria-labelledby=${`asked-${s}`} aria-live="off" data-test="feedback">
<p id=${`asked-${s}`}>${l.question}</p>
${this.#e(e,!0,n)} ${this.#e(e,!1,n)}
<p class="said" role=${c?"status":a} data-test="feedback-said">${d&&l[d]}</p>
${function(t,e){return!1===(t?t.helpful:e)}(c,n)?o`<p>${l.offer}</p>
<button type="button" data-test="feedback-person" @click=${()=>r(i)}>${i}</button>`:a}
</div>`}#e(e,s,n){let{html:o,nothing:a}=this.tools,i=function(t,e){return"sending"===t?.state?t.helpful:e}(this.#t.get(t(e)),n)===s;return o`<button
type="button"
data-test=${s?"feedback-yes":"feedback-no"}
aria-pressed=${i}
@click=${()=>this.#s(e,s,n)}
>
${i?o`<span aria-hidden="true">✓ </span>`:a}${s?this.words.yes:this.words.no}
</button>`}#s(e,s,n){let o=function(t,e,s){return"sending"===t?.state?{press:{helpful:s,state:"sending"},send:!1}:e===s&&"failed"!==t?.state?{press:t,send:!1}:{press:{helpful:s,state:"sending"},send:!0}}(this.#t.get(t(e)),n,s);this.#n(e,o.press),o.send&&this.#o(e,s)}async#o(e,s){let n=await async function(e,s,n){await e.ask(`events/${s.seq}/feedback`,{helpful:n}),e.state.events.some(e=>t(e)===t(s))&&e.take([{...s,feedback:{helpful:n}}])}(this.tools.chat,e,s).then(()=>!0,()=>!1),o=function(t,e,s){return t.helpful!==e?{press:t,send:!0}:{press:{helpful:e,state:s?"stored":"failed"},send:!1}}(this.#t.get(t(e)),s,n);this.#n(e,o.press),o.send&&await this.#o(e,o.press.helpful)}#n(e,s){s&&this.#t.set(t(e),s),this.tools.draw()}};function s(t,e){let s=new Date(t);return+s?s.toLocaleDateString(e,{dateStyle:"long",timeZone:"UTC"}):""}function n(t,e){return"object"==typeof t&&null!==t?t[e]:void 0}function o(t,e){let s=n(t,e);return"string"==typeof s?s:""}function a(t,e){return t.replace(/\{(\w+)\}/g,(t,s)=>Object.hasOwn(e,s)?String(e[s]):t)}function i(t,e){let s=n(t,e);return Array.isArray(s)?s:[]}function r(t,e,i){let r=function(t,e){let a=n(t,"review");return void 0===a?a:s(o(a,"on"),e)}(t,i);if(void 0===r)return"";if(!r)return e.unreviewed;let l=n(t,"review"),c=[o(l,"reviewer"),o(l,"role")].filter(Boolean).join(", "),d=s(o(l,"next_review"),i),h=c?a(e.reviewed,{who:c,date:r}):a(e.reviewed_unnamed,{date:r});return d?`${h} ${a(e.next_review,{date:d})}`:h}function l(t,e,n){let i=o(t,"document");return i&&a(e.document_dated,{title:i,date:s(o(t,"document_date"),n)||e.no_date})}String.raw`https?:\/\/[^\s<>"'“”]+`,String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,String.raw`(?:[a-z0-9-]+\.)+(?:org|com|gov|health)\b(?:\/[^\s<>"'“”]*)?`,String.raw`(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}|\+\d[\d .()-]{6,16}\d|(?:0|1[38])\d\d+ \d{3,4} \d{3}`;var c=class{constructor(t,e){this.tools=t,this.words=e}#t=new Set;draw(e,s,a){let{html:i,nothing:r}=this.tools,{source:l}=e,c=o(l,"kind");if("clinic"===c&&!n(l,"review"))return null;let d=this.#t.has(t(e));return i`<button
type="button"
class="source"
data-test="source-toggle"
aria-expanded=${d}
aria-controls=${`source-${s}`}
@click=${t=>this.#n(e,t.currentTarget)}
>
<span data-test=${`source-${c}`}>${a}</span>
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9l6 6 6-6" /></svg>
</button>
<div class="passages" id=${`source-${s}`} aria-live="off" data-test="source-text" ?hidden=${!d}>
${d?this.#e(l):r}
</div>`}#e(t){let{html:e,lang:s}=this.tools,n=(t,s)=>t?e`<p data-test=${s}>${t}</p>`:null;return[...i(t,"passages").map(t=>this.#s(o(t,"title"),o(t,"text"))),n(l(t,this.words,s),"source-document"),n(r(t,this.words,s),"source-review"),...i(t,"cautions").map(t=>this.#o(t))]}#s(t,e){let{html:s}=this.tools;return s`<p><strong>${t}</strong></p>
<blockquote>${e}</blockquote>`}#o(t){let{html:e,nothing:s}=this.tools,{words:n}=this,a=i(t,"sources").map(t=>{let s=function(t){let e=function(t){try{let e=new URL(t,void 0);return"https:"===e.protocol||"http:"===e.protocol?e.href:""}catch{return""}}(t);return e.startsWith("https:")?e:""}(o(t,"url")),n=o(t,"name")||s;return s?e`<li><a href=${s} target="_blank" rel="noreferrer">${n}</a></li>`:e`<li>${n}</li>`});return e`<div data-test="source-caution">
<p><strong>${n.caution}</strong></p>
<p>${o(t,"text")}</p>
${a.length?e`<p>${n.sources}</p>
<ul>
${a}
</ul>`:s}
</div>`}#n(e,s){let n=t(e);this.#t.delete(n)||this.#t.add(n),this.tools.draw(),s.nextElementSibling?.scrollIntoView({block:"nearest"})}};function d(t){let e="number"==typeof n(t,"status");return{message:e?o(t,"message"):"",code:e?o(t,"code"):"",lost:e&&!0===n(t,"lost")}}var h=["name","phone","email"],u=new Map([["bad_name","name"],["bad_phone","phone"],["contact_needed","phone"],["bad_email","email"],["consent_needed","consent"]]),p={name:{type:"text",complete:"name"},phone:{type:"tel",complete:"tel"},email:{type:"email",complete:"email"}},f=class{constructor(t,e,s,n){this.tools=t,this.words=e,this.done=s,this.cancel=n}#t;#e=!1;draw(){let{html:t,nothing:e}=this.tools,{words:s}=this,n=this.#t;return t`<form
novalidate
data-test="contact-form"
@submit=${t=>{t.preventDefault(),this.#n(t.currentTarget)}}
>
<p>${s.contact_intro}</p>
<p>${s.contact_urgent}</p>
${h.map(t=>this.#s(t))}
<fieldset>
<legend>${s.contact_safe}</legend>
${["yes","no"].map(e=>t`<label><input type="radio" name="safe" value=${e} />${s[e]}</label>`)}
</fieldset>
<label>
<input
type="checkbox"
name="consent"
aria-invalid=${"consent"===n?.place}
aria-describedby="contact-consent-wrong"
/><span>${s.contact_consent}</span>
</label>
${this.#o("consent")}
<div role="alert">${n&&!n.place?t`<p class="wrong" data-test="contact-wrong">${n.words}</p>`:e}</div>
<div class="choices">
<button type="submit" class="send" data-test="contact-send">
${this.#e?s.sending:s.contact_send}
</button>
<button type="button" data-test="contact-cancel" @click=${()=>this.cancel()}>${s.cancel}</button>
</div>
</form>`}#s(t){let{html:e}=this.tools,{type:s,complete:n}=p[t];return e`<label for=${`contact-${t}`}>${this.words[`contact_${t}`]}</label>
<input
id=${`contact-${t}`}
name=${t}
type=${s}
inputmode=${s}
autocomplete=${n}
aria-invalid=${this.#t?.place===t}
aria-describedby=${`contact-${t}-wrong`}
/>
${this.#o(t)}`}#o(t){let e=this.#t?.place===t?this.#t.words:"";return this.tools.html`<p class="wrong" id=${`contact-${t}-wrong`} data-test=${`contact-${t}-wrong`}>${e}</p>`}async#n(t){if(!this.#e){this.#a(void 0,!0);try{await this.tools.chat.ask("contact",function(t){let e=t.get("safe");return{...Object.fromEntries(h.map(e=>[e,String(t.get(e)??"")])),consent:null!==t.get("consent"),safe_to_leave_message:null===e?null:"yes"===e}}(new FormData(t))),this.#e=!1,this.done(this.words.contact_thanks)}catch(e){let s=function(t,e){let{code:s,message:n}=d(t);return{place:u.get(s)??"",words:n||e.contact_failed}}(e,this.words);this.#a(s,!1),t.querySelector(`[name="${s.place||"none"}"]`)?.focus()}}}#a(t,e){this.#t=t,this.#e=e,this.tools.draw()}};var m=class{constructor(t,e){this.tools=t,this.words=e}#t;#e="";#s=!1;#o;#n;button(){let t=void 0!==this.#t;return this.tools.html`<button
type="button"
class="close more"
data-test="menu"
aria-expanded=${t}
@click=${e=>t?this.#i():this.#r("menu",e)}
>
${this.words.menu}
</button>`}offer(t){return"system"===t.from&&Array.isArray(t.offers)&&t.offers.includes("contact")?this.tools.html`<div class="replies">${this.#l("contact",this.words.contact)}</div>`:null}sheet(){if(!this.#t)return null;let{words:t}=this,{html:e}=this.tools,s={menu:t.menu_title,contact:t.contact,delete:t.delete,said:""}[this.#t];return e`<div
class="sheet"
role="group"
aria-label=${s||t.menu_title}
data-test="sheet"
@keydown=${t=>this.#c(t)}
>
${s?e`<h3 tabindex="-1">${s}</h3>`:null} ${this.#a(this.#t)}
</div>`}#a(t){let{html:e,nothing:s,chat:n}=this.tools,{words:o}=this;return"contact"===t?(this.#o??=this.#d()).draw():"said"===t?e`<p tabindex="-1" data-test="said">${this.#e}</p>
${this.#h("said-close",o.close,()=>this.#i())}`:"delete"===t?e`<p>${o.delete_asked}</p>
<div class="choices">
${this.#h("delete-yes",this.#s?o.sending:o.delete_yes,()=>{this.#u()})}
${this.#h("delete-no",o.delete_no,()=>this.#i())}
</div>`:e`<div class="choices">
${this.#l("contact",o.contact)}
${n.state.events.length?e`${this.#h("copy",o.copy,()=>{this.#p()})} ${this.#l("delete",o.delete)}`:s}
</div>`}#d(){return new f(this.tools,this.words,t=>this.#f(t),()=>this.#i())}#h(t,e,s){return this.tools.html`<button type="button" data-test=${t} @click=${s}>${e}</button>`}#l(t,e){return this.#h(`open-${t}`,e,e=>this.#r(t,e))}#r(t,e){let s=e.currentTarget;s.closest(".sheet")||(this.#n=s),this.#m(t)}#m(t){this.#t=t,this.tools.draw(),this.#g({menu:"button",contact:"h3",delete:"h3",said:"p"}[t])?.focus()}#f(t){this.#e=t,this.#o=void 0,this.#m("said")}#i(){this.#t=this.#o=void 0,this.tools.draw(),(this.#n?.isConnected?this.#n:this.tools.root.querySelector(".more"))?.focus()}async#p(){await async function(t,e){let s=await async function({chat:t}){let e=await t.ask("export");if(!e.headers.get("content-type")?.startsWith("text/plain"))throw new Error("no text");return e.text()}(t).catch(()=>function(t,e,s){let n={visitor:e.copy_you,bot:e.copy_bot,staff:e.copy_staff,system:e.copy_system};return`${t.map(t=>`${new Date(t.at).toLocaleString(s)}  ${(t=>[t.name,t.title].filter(Boolean).join(", ")||n[t.from])(t)}: ${t.text}`).join("\n\n")}\n`}(t.chat.state.events,e,t.lang)),n=document.createElement("a");n.href=URL.createObjectURL(new Blob([s],{type:"text/plain;charset=utf-8"})),n.download=e.copy_file,n.click(),setTimeout(()=>URL.revokeObjectURL(n.href),6e4)}(this.tools,this.words),this.#f(this.words.copied)}async#u(){if(this.#s)return;this.#s=!0,this.tools.draw();let t=await async function({chat:t},e){try{let s=await(await t.ask("",void 0,"DELETE")).json();if(!0!==n(s,"deleted"))return o(s,"message")||e.not_deleted}catch(t){let{lost:s,message:n,code:o}=d(t);if(!s||!o)return n||e.not_deleted}return t.lose("fresh"),e.deleted}(this.tools,this.words);this.#s=!1,this.#f(t)}#c(t){"Escape"!==t.key||t.isComposing||(t.stopPropagation(),this.#i())}#g(t){return this.tools.root.querySelector(`.sheet ${t}`)}},g={document_dated:"From the document “{title}” ({date})",no_date:"no date given",reviewed:"Reviewed by {who}, on {date}.",reviewed_unnamed:"Reviewed on {date}.",next_review:"Next review: {date}.",unreviewed:"This answer has no current review by a clinician.",caution:"Please also know",sources:"You can read more here:",question:"Did this answer your question?",yes:"Yes",no:"No",said_yes:"You said yes. Thank you.",said_no:"You said no. Thank you for telling us.",offer:"Would you like to ask our staff?",failed:"That could not be sent. Try again.",menu:"More",menu_title:"More you can do here",close:"Close",cancel:"Cancel",sending:"Sending…",contact:"Leave your number",contact_intro:"Our staff can contact you. Leave a phone number or an email address.",contact_urgent:"In danger or in a crisis? Please don't wait for our call. Use the lines above now.",contact_name:"Your name (you can leave this out)",contact_phone:"Phone number",contact_email:"Email address",contact_safe:"Is it safe to leave a message?",contact_consent:"I agree that the clinic saves these details and uses them to contact me about this chat.",contact_send:"Send",contact_failed:"That could not be sent. Please try again, or call the clinic.",contact_thanks:"Thank you. Your details are saved for our staff.",copy:"Save a copy",copied:"Your browser now saves the chat as a file. Others who use this device may be able to read it.",copy_file:"chat.txt",copy_you:"You",copy_bot:"Automated assistant",copy_staff:"Clinic staff",copy_system:"Notice",delete:"Delete my data",delete_asked:"Delete this chat and any contact details you left? You can't undo this. You may want to save a copy first.",delete_yes:"Delete",delete_no:"Keep my chat",deleted:"Your chat was deleted, here and at the clinic. You can start a new one.",not_deleted:"Your chat was not deleted. Please try again, or call the clinic."},w={en:g},y=class{constructor(t){this.tell=t}#t=-3e3;#e;typed(){Date.now()-this.#t>=3e3&&this.#s(!0),clearTimeout(this.#e),this.#e=setTimeout(()=>this.#s(!1),5e3)}#s(t){this.#t=Date.now(),this.tell(t)}};function $(t){try{return t()}catch{return null}}function b(t,s){if("f9aa2a16"!==t)return;let n=function(t){return w[t]??g}(s.lang),o=new c(s,n),a=new e(s,n),i=new m(s,n),r=new y(t=>{(function(t){for(let e of[...t].reverse()){if("boolean"==typeof e.person)return e.person;if("staff"===e.from)return!0}return!1})(s.chat.state.events)&&s.chat.ask("typing",{typing:t}).catch(()=>{})});return function(t,e){try{let s=new CSSStyleSheet;s.replaceSync(e),t.adoptedStyleSheets=[...t.adoptedStyleSheets,s]}catch{let s=document.createElement("style");s.textContent=e,t.append(s)}}(s.root,"button.source{border:0;padding:0;font-size:.875em;background:none;color:var(--link);text-decoration:underline}[aria-expanded=true] svg{transform:rotate(180deg)}.passages{display:grid;gap:.375em;max-width:90%;color:var(--soft);font-size:.875em}.passages[hidden]{display:none}.passages p,.passages ul{font-size:1em}.passages ul{padding-inline-start:1.375em}.passages a{display:inline-block;min-height:24px;vertical-align:top}blockquote{padding-inline-start:.5em;border-inline-start:4px solid var(--edge);color:var(--ink)}.asked{display:flex;flex-wrap:wrap;align-items:center;gap:.25em .5em;margin-top:.5em}.asked p{flex:0 0 100%;color:var(--soft)}.asked button{min-width:44px}.asked [aria-pressed=true]{border-width:2px;font-weight:600}.more{margin-inline-start:auto;text-decoration:underline}.sheet{flex:0 1 auto;max-height:60%;overflow:hidden auto;overscroll-behavior:contain;padding:.75em 1em;border-bottom:1px solid var(--edge)}.sheet>*+*,.sheet form>*+*{margin-top:.5em}h3{font-size:1em}.sheet form,.choices{display:flex}.sheet form{flex-direction:column;align-items:stretch}.choices{flex-wrap:wrap;gap:.5em}.sheet label,legend{font-size:.875em}.sheet input{min-height:44px;padding:.25em .75em;border:1px solid var(--edge);border-radius:12px;background:var(--paper);color:inherit;font:inherit}.sheet label>input{flex:none;min-height:0;width:1.25em;height:1.25em;margin-inline-end:.5em;accent-color:var(--accent)}.sheet label:not([for]){display:flex;align-items:center;min-height:44px}fieldset{display:flex;flex-wrap:wrap;gap:0 1.5em;padding:0;border:0}legend{padding:0}.wrong{color:var(--alarm);font-weight:600}.wrong:empty{display:none}.sheet [aria-invalid=true]:not(:focus-visible){outline:2px solid var(--alarm)}@container (max-height: 27em){.sheet{flex:1;max-height:none}.sheet~.typing,.sheet~footer{display:none}.sheet~.log{flex:0 0 0;padding-block:0}}"),s.root.addEventListener("input",t=>{"input"===t.target.id&&r.typed()}),{source:(t,e,s)=>$(()=>o.draw(t,e,s)),below:(t,e)=>$(()=>[a.draw(t,e),i.offer(t)]),menu:()=>$(()=>i.button()),sheet:()=>$(()=>i.sheet())}}export{b as start};
