/* Nightdesk, Apache-2.0. Lit (c) Google LLC, BSD-3-Clause. */
function e(e){return Math.round(Date.UTC(e.getFullYear(),e.getMonth(),e.getDate())/864e5)}function t(e,t){let n=new Date(e);return+n?n.toLocaleDateString(t,{dateStyle:"long",timeZone:"UTC"}):""}function n(e){return`${e.at} ${e.seq}`}var s=class{constructor(e,t){this.tools=e,this.words=t}#e=new Map;draw(e,t){let s=function(e){if("object"!=typeof e||null===e)return;let{helpful:t}=e;return"boolean"==typeof t?t:null}(e.feedback);if(void 0===s)return null;let{html:o,nothing:a,person:i,send:r}=this.tools,{words:l}=this,c=this.#e.get(n(e)),d=function(e,t){return"failed"===e?.state?"failed":"sending"===e?.state||null===t?null:t?"said_yes":"said_no"}(c,s);return o`<div class="asked" role="group" aria-labelledby=${`asked-${t}`} aria-live="off" data-test="feedback">
<p id=${`asked-${t}`}>${l.question}</p>
${this.#t(e,!0,s)} ${this.#t(e,!1,s)}
<p class="said" role=${c?"status":a} data-test="feedback-said">${d&&l[d]}</p>
${function(e,t){return!1===(e?e.helpful:t)}(c,s)?o`<p>${l.offer}</p>
<button type="button" data-test="feedback-person" @click=${()=>r(i)}>${i}</button>`:a}
</div>`}#t(e,t,s){let{html:o,nothing:a}=this.tools,i=function(e,t){return"sending"===e?.state?e.helpful:t}(this.#e.get(n(e)),s)===t;return o`<button
type="button"
data-test=${t?"feedback-yes":"feedback-no"}
aria-pressed=${i}
@click=${()=>this.#n(e,t,s)}
>
${i?o`<span aria-hidden="true">✓ </span>`:a}${t?this.words.yes:this.words.no}
</button>`}#n(e,t,s){let o=function(e,t,n){return"sending"===e?.state?{press:{helpful:n,state:"sending"},send:!1}:t===n&&"failed"!==e?.state?{press:e,send:!1}:{press:{helpful:n,state:"sending"},send:!0}}(this.#e.get(n(e)),s,t);this.#s(e,o.press),o.send&&this.#o(e,t)}async#o(e,t){let s=await async function(e,t,s){await e.ask(`events/${t.seq}/feedback`,{helpful:s}),e.state.events.some(e=>n(e)===n(t))&&e.take([{...t,feedback:{helpful:s}}])}(this.tools.chat,e,t).then(()=>!0,()=>!1),o=function(e,t,n){return e.helpful!==t?{press:e,send:!0}:{press:{helpful:t,state:n?"stored":"failed"},send:!1}}(this.#e.get(n(e)),t,s);this.#s(e,o.press),o.send&&await this.#o(e,o.press.helpful)}#s(e,t){t&&this.#e.set(n(e),t),this.tools.draw()}};function o(e,t){return e.replace(/\{(\w+)\}/g,(e,n)=>{let s=function(e,t){return Object.prototype.hasOwnProperty.call(e,t)?e[t]:void 0}(t,n);return void 0===s?e:`${s}`})}function a(e,t){return"object"==typeof e&&null!==e?e[t]:void 0}function i(e,t){let n=a(e,t);return"string"==typeof n?n:""}function r(e,t){let n=a(e,t);return Array.isArray(n)?n:[]}function l(e,n){let s=a(e,"review");return void 0===s?s:t(i(s,"on"),n)}function c(e,n,s){let r=l(e,s);if(void 0===r)return"";if(!r)return n.unreviewed;let c=a(e,"review"),d=[i(c,"reviewer"),i(c,"role")].filter(Boolean).join(", "),u=t(i(c,"next_review"),s),h=d?o(n.reviewed,{who:d,date:r}):o(n.reviewed_unnamed,{date:r});return u?`${h} ${o(n.next_review,{date:u})}`:h}function d(e,n,s){let a=i(e,"document");return a&&o(n.document_dated,{title:a,date:t(i(e,"document_date"),s)||n.no_date})}var u=class{constructor(e,t){this.tools=e,this.words=t}#e=new Set;draw(e,t){let{html:s,nothing:c,lang:d}=this.tools,{source:u}=e,h=function(e,t,n){let[s="",...a]=function(e){return r(e,"passages").map(e=>i(e,"title")).filter(Boolean)}(e),c=a.length,d=s&&o(c?t.source_more:t.source_guide,{title:s,count:c}),u="clinic"===i(e,"kind")?t.source_clinic:d,h=l(e,n),p=h?o(t.source_reviewed,{date:h}):t.source_unreviewed;return u&&void 0!==h?`${u} · ${p}`:u}(u,this.words,d);if(!h)return null;let p=i(u,"kind");if("clinic"===p&&!a(u,"review"))return s`<p class="source" data-test="source-clinic">${h}</p>`;let f=this.#e.has(n(e));return s`<button
type="button"
class="source"
data-test="source-toggle"
aria-expanded=${f}
aria-controls=${`source-${t}`}
@click=${t=>this.#s(e,t.currentTarget)}
>
<span data-test=${`source-${p}`}>${h}</span>
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9l6 6 6-6" /></svg>
</button>
<div class="passages" id=${`source-${t}`} aria-live="off" data-test="source-text" ?hidden=${!f}>
${f?this.#t(u):c}
</div>`}#t(e){let{html:t,lang:n}=this.tools,s=(e,n)=>e?t`<p data-test=${n}>${e}</p>`:null;return[...r(e,"passages").map(e=>this.#n(i(e,"title"),i(e,"text"))),s(d(e,this.words,n),"source-document"),s(c(e,this.words,n),"source-review"),...r(e,"cautions").map(e=>this.#o(e))]}#n(e,t){let{html:n}=this.tools;return n`<p><strong>${e}</strong></p>
<blockquote>${t}</blockquote>`}#o(e){let{html:t,nothing:n}=this.tools,{words:s}=this,o=r(e,"sources").map(e=>{let n=function(e){let t=function(e){try{let t=new URL(e,void 0);return"https:"===t.protocol||"http:"===t.protocol?t.href:""}catch{return""}}(e);return t.startsWith("https:")?t:""}(i(e,"url")),s=i(e,"name")||n;return n?t`<li><a href=${n} target="_blank" rel="noreferrer">${s}</a></li>`:t`<li>${s}</li>`});return t`<div data-test="source-caution">
<p><strong>${s.caution}</strong></p>
<p>${i(e,"text")}</p>
${o.length?t`<p>${s.sources}</p>
<ul>
${o}
</ul>`:n}
</div>`}#s(e,t){let s=n(e);this.#e.delete(s)||this.#e.add(s),this.tools.draw(),t.nextElementSibling?.scrollIntoView({block:"nearest"})}};function h(e){let t="number"==typeof a(e,"status");return{message:t?i(e,"message"):"",code:t?i(e,"code"):"",lost:t&&!0===a(e,"lost")}}var p=["name","phone","email"],f=new Map([["bad_name","name"],["bad_phone","phone"],["contact_needed","phone"],["bad_email","email"],["consent_needed","consent"]]),m={name:{type:"text",complete:"name"},phone:{type:"tel",complete:"tel"},email:{type:"email",complete:"email"}},g=class{constructor(e,t,n,s){this.tools=e,this.words=t,this.done=n,this.cancel=s}#e;#t=!1;draw(){let{html:e,nothing:t}=this.tools,{words:n}=this,s=this.#e;return e`<form
novalidate
data-test="contact-form"
@submit=${e=>{e.preventDefault(),this.#s(e.currentTarget)}}
>
<p>${n.contact_intro}</p>
<p>${n.contact_urgent}</p>
${p.map(e=>this.#n(e))}
<fieldset>
<legend>${n.contact_safe}</legend>
${["yes","no"].map(t=>e`<label><input type="radio" name="safe" value=${t} />${n[t]}</label>`)}
</fieldset>
<label>
<input
type="checkbox"
name="consent"
aria-invalid=${"consent"===s?.place}
aria-describedby="contact-consent-wrong"
/><span>${n.contact_consent}</span>
</label>
${this.#o("consent")}
<div role="alert">${s&&!s.place?e`<p class="wrong" data-test="contact-wrong">${s.words}</p>`:t}</div>
<div class="choices">
<button type="submit" class="send" data-test="contact-send">
${this.#t?n.sending:n.contact_send}
</button>
<button type="button" data-test="contact-cancel" @click=${()=>this.cancel()}>${n.cancel}</button>
</div>
</form>`}#n(e){let{html:t}=this.tools,{type:n,complete:s}=m[e];return t`<label for=${`contact-${e}`}>${this.words[`contact_${e}`]}</label>
<input
id=${`contact-${e}`}
name=${e}
type=${n}
inputmode=${n}
autocomplete=${s}
aria-invalid=${this.#e?.place===e}
aria-describedby=${`contact-${e}-wrong`}
/>
${this.#o(e)}`}#o(e){let t=this.#e?.place===e?this.#e.words:"";return this.tools.html`<p class="wrong" id=${`contact-${e}-wrong`} data-test=${`contact-${e}-wrong`}>${t}</p>`}async#s(e){if(!this.#t){this.#a(void 0,!0);try{await this.tools.chat.ask("contact",function(e){let t=e.get("safe");return{...Object.fromEntries(p.map(t=>[t,String(e.get(t)??"")])),consent:null!==e.get("consent"),safe_to_leave_message:null===t?null:"yes"===t}}(new FormData(e))),this.#t=!1,this.done(this.words.contact_thanks)}catch(t){let n=function(e,t){let{code:n,message:s}=h(e);return{place:f.get(n)??"",words:s||t.contact_failed}}(t,this.words);this.#a(n,!1),e.querySelector(`[name="${n.place||"none"}"]`)?.focus()}}}#a(e,t){this.#e=e,this.#t=t,this.tools.draw()}};var w=class{constructor(e,t){this.tools=e,this.words=t}#e;#t="";#n=!1;#o;#s;button(){let e=void 0!==this.#e;return this.tools.html`<button
type="button"
class="close more"
data-test="menu"
aria-expanded=${e}
@click=${t=>e?this.#i():this.#r("menu",t)}
>
${this.words.menu}
</button>`}offer(e){return"system"===e.from&&Array.isArray(e.offers)&&e.offers.includes("contact")?this.tools.html`<div class="replies">${this.#l("contact",this.words.contact)}</div>`:null}sheet(){if(!this.#e)return null;let{words:e}=this,{html:t}=this.tools,n={menu:e.menu_title,contact:e.contact,delete:e.delete,said:""}[this.#e];return t`<div
class="sheet"
role="group"
aria-label=${n||e.menu_title}
data-test="sheet"
@keydown=${e=>this.#c(e)}
>
${n?t`<h3 tabindex="-1">${n}</h3>`:null} ${this.#a(this.#e)}
</div>`}#a(e){let{html:t,nothing:n,chat:s}=this.tools,{words:o}=this;return"contact"===e?(this.#o??=this.#d()).draw():"said"===e?t`<p tabindex="-1" data-test="said">${this.#t}</p>
${this.#u("said-close",o.close,()=>this.#i())}`:"delete"===e?t`<p>${o.delete_asked}</p>
<div class="choices">
${this.#u("delete-yes",this.#n?o.sending:o.delete_yes,()=>{this.#h()})}
${this.#u("delete-no",o.delete_no,()=>this.#i())}
</div>`:t`<div class="choices">
${this.#l("contact",o.contact)}
${s.state.events.length?t`${this.#u("copy",o.copy,()=>{this.#p()})} ${this.#l("delete",o.delete)}`:n}
</div>`}#d(){return new g(this.tools,this.words,e=>this.#f(e),()=>this.#i())}#u(e,t,n){return this.tools.html`<button type="button" data-test=${e} @click=${n}>${t}</button>`}#l(e,t){return this.#u(`open-${e}`,t,t=>this.#r(e,t))}#r(e,t){let n=t.currentTarget;n.closest(".sheet")||(this.#s=n),this.#m(e)}#m(e){this.#e=e,this.tools.draw(),this.#g({menu:"button",contact:"h3",delete:"h3",said:"p"}[e])?.focus()}#f(e){this.#t=e,this.#o=void 0,this.#m("said")}#i(){this.#e=this.#o=void 0,this.tools.draw(),(this.#s?.isConnected?this.#s:this.tools.menu.querySelector(".more"))?.focus()}async#p(){await async function(e,t){let n=await async function({chat:e}){let t=await e.ask("export");if(!t.headers.get("content-type")?.startsWith("text/plain"))throw new Error("no text");return t.text()}(e).catch(()=>function(e,t,n){let s={visitor:t.copy_you,bot:t.copy_bot,staff:t.copy_staff,system:t.copy_system};return`${e.map(e=>`${new Date(e.at).toLocaleString(n)}  ${(e=>[e.name,e.title].filter(Boolean).join(", ")||s[e.from])(e)}: ${e.text}`).join("\n\n")}\n`}(e.chat.state.events,t,e.lang)),s=document.createElement("a");s.href=URL.createObjectURL(new Blob([n],{type:"text/plain;charset=utf-8"})),s.download=t.copy_file,s.click(),setTimeout(()=>URL.revokeObjectURL(s.href),6e4)}(this.tools,this.words),this.#f(this.words.copied)}async#h(){if(this.#n)return;this.#n=!0,this.tools.draw();let e=await async function({chat:e},t){try{let n=await(await e.ask("",void 0,"DELETE")).json();if(!0!==a(n,"deleted"))return i(n,"message")||t.not_deleted}catch(e){let{lost:n,message:s,code:o}=h(e);if(!n||!o)return s||t.not_deleted}return e.lose("fresh"),t.deleted}(this.tools,this.words);this.#n=!1,this.#f(e)}#c(e){"Escape"!==e.key||e.isComposing||(e.stopPropagation(),this.#i())}#g(e){return this.tools.place.querySelector(`.sheet ${e}`)}},y={source_guide:"From our guide: {title}",source_more:"From our guide: {title} and {count} more",source_clinic:"From the clinic",source_reviewed:"Reviewed {date}",source_unreviewed:"No current review by a clinician",today:"Today",yesterday:"Yesterday",document_dated:"From the document “{title}” ({date})",no_date:"no date given",reviewed:"Reviewed by {who}, on {date}.",reviewed_unnamed:"Reviewed on {date}.",next_review:"Next review: {date}.",unreviewed:"This answer has no current review by a clinician.",caution:"Please also know",sources:"You can read more here:",question:"Did this answer your question?",yes:"Yes",no:"No",said_yes:"You said yes. Thank you.",said_no:"You said no. Thank you for telling us.",offer:"Would you like to ask our staff?",failed:"That could not be sent. Try again.",menu:"More",menu_title:"More you can do here",close:"Close",cancel:"Cancel",sending:"Sending…",contact:"Leave your number",contact_intro:"Our staff can contact you. Leave a phone number or an email address.",contact_urgent:"In danger or in a crisis? Please don't wait for our call. Use the lines above now.",contact_name:"Your name (you can leave this out)",contact_phone:"Phone number",contact_email:"Email address",contact_safe:"Is it safe to leave a message?",contact_consent:"I agree that the clinic saves these details and uses them to contact me about this chat.",contact_send:"Send",contact_failed:"That could not be sent. Please try again, or call the clinic.",contact_thanks:"Thank you. Your details are saved for our staff.",copy:"Save a copy",copied:"Your browser now saves the chat as a file. Others who use this device may be able to read it.",copy_file:"chat.txt",copy_you:"You",copy_bot:"Automated assistant",copy_staff:"Clinic staff",copy_system:"Notice",delete:"Delete my data",delete_asked:"Delete this chat and any contact details you left? You can't undo this. You may want to save a copy first.",delete_yes:"Delete",delete_no:"Keep my chat",deleted:"Your chat was deleted, here and at the clinic. You can start a new one.",not_deleted:"Your chat was not deleted. Please try again, or call the clinic."},$={en:y},v=class{constructor(e){this.tell=e}#e=-3e3;#t;typed(){Date.now()-this.#e>=3e3&&this.#n(!0),clearTimeout(this.#t),this.#t=setTimeout(()=>this.#n(!1),5e3)}#n(e){this.#e=Date.now(),this.tell(e)}};function b(e){try{return e()}catch{return null}}function _(t,n){if("2c3de162"!==t)return;let o=function(e){return $[e]??y}(n.lang),a=new u(n,o),i=new s(n,o),r=new w(n,o),l=new v(e=>{(function(e){for(let t of[...e].reverse()){if("boolean"==typeof t.person)return t.person;if("staff"===t.from)return!0}return!1})(n.chat.state.events)&&n.chat.ask("typing",{typing:e}).catch(()=>{})});return function(e,t){try{let n=new CSSStyleSheet;n.replaceSync(t),e.adoptedStyleSheets=[...e.adoptedStyleSheets,n]}catch{let n=document.createElement("style");n.textContent=t,e.appendChild(n)}}(n.root,".source{display:flex;align-items:center;gap:.5em;color:var(--soft)}button.source{border:0;padding:0;font-size:.875em;background:none;color:var(--link);text-decoration:underline}[aria-expanded=true] svg{transform:rotate(180deg)}.passages{display:grid;gap:.375em;max-width:90%;color:var(--soft);font-size:.875em}.passages[hidden]{display:none}.passages p,.passages ul{font-size:1em}.passages ul{padding-inline-start:1.375em}.passages a{display:inline-block;min-height:24px;vertical-align:top}blockquote{padding-inline-start:.5em;border-inline-start:4px solid var(--edge);color:var(--ink)}.asked{display:flex;flex-wrap:wrap;align-items:center;gap:.25em .5em;margin-top:.5em}.asked p{flex:0 0 100%;color:var(--soft)}.asked button{min-width:44px}.asked [aria-pressed=true]{border-width:2px;font-weight:600}.more{margin-inline-start:auto;text-decoration:underline}.sheet{flex:0 1 auto;max-height:60%;overflow:hidden auto;overscroll-behavior:contain;padding:.75em 1em;border-bottom:1px solid var(--edge)}.sheet>*+*,.sheet form>*+*{margin-top:.5em}h3{font-size:1em}.sheet form,.choices{display:flex}.sheet form{flex-direction:column;align-items:stretch}.choices{flex-wrap:wrap;gap:.5em}.sheet label,legend{font-size:.875em}.sheet input{min-height:44px;padding:.25em .75em;border:1px solid var(--edge);border-radius:12px;background:var(--paper);color:inherit;font:inherit}.sheet label>input{flex:none;min-height:0;width:1.25em;height:1.25em;margin-inline-end:.5em;accent-color:var(--accent)}.sheet label:not([for]){display:flex;align-items:center;min-height:44px}fieldset{display:flex;flex-wrap:wrap;gap:0 1.5em;padding:0;border:0}legend{padding:0}.wrong{color:var(--alarm);font-weight:600}.wrong:empty{display:none}.sheet [aria-invalid=true]:not(:focus-visible){outline:2px solid var(--alarm)}@container (max-height: 27em){.sheet{flex:1;max-height:none}.sheet~.typing,.sheet~footer{display:none}.sheet~.log{flex:0 0 0;padding-block:0}}"),n.place.addEventListener("input",e=>{"input"===e.target.id&&l.typed()}),{source:(e,t)=>b(()=>a.draw(e,t)),day:(t,s)=>b(()=>function(t,n,s,o,a){let i=new Date(t),r=e(n)-e(i);return 0===r?o:1===r?a:i.toLocaleDateString(s,{weekday:"long",month:"long",day:"numeric"})}(t,s,n.lang,o.today,o.yesterday)),below:(e,t)=>b(()=>[i.draw(e,t),r.offer(e)]),menu:()=>b(()=>r.button()),sheet:()=>b(()=>r.sheet())}}export{_ as start};
