/* Nightdesk, Apache-2.0. Lit (c) Google LLC, BSD-3-Clause. */
var e=e=>`${e}-US`;function t(e){return Math.round(Date.UTC(e.getFullYear(),e.getMonth(),e.getDate())/864e5)}function s(t,s){let n=new Date(t);return+n?n.toLocaleDateString(e(s),{dateStyle:"long",timeZone:"UTC"}):""}function n(e){return`${e.at} ${e.seq}`}var a=class{constructor(e,t){this.tools=e,this.words=t}#e=new Map;draw(e,t){let s=function(e){if("object"!=typeof e||null===e)return;let{helpful:t}=e;return"boolean"==typeof t?t:null}(e.feedback);if(void 0===s)return null;let{html:a,nothing:o,person:i,send:r,safely:l}=this.tools,{words:c}=this,d=this.#e.get(n(e)),h=function(e,t){return"failed"===e?.state?"failed":"sending"===e?.state||null===t?null:t?"said_yes":"said_no"}(d,s);return a`<div class="asked" role="group" aria-labelledby=${`asked-${t}`} aria-live="off" data-test="feedback">
<p id=${`asked-${t}`}>${c.question}</p>
${this.#t(e,!0,s)} ${this.#t(e,!1,s)}
<p class="said" role=${d?"status":o} data-test="feedback-said">${h&&c[h]}</p>
${function(e,t){return!1===(e?e.helpful:t)}(d,s)?a`<p>${c.offer}</p>
<button type="button" data-test="feedback-person" @click=${l(()=>r(i))}>${i}</button>`:o}
</div>`}#t(e,t,s){let{html:a,nothing:o,safely:i}=this.tools,r=function(e,t){return"sending"===e?.state?e.helpful:t}(this.#e.get(n(e)),s)===t;return a`<button
type="button"
data-test=${t?"feedback-yes":"feedback-no"}
aria-pressed=${r}
@click=${i(()=>this.#s(e,t,s))}
>
${r?a`<span aria-hidden="true">✓ </span>`:o}${t?this.words.yes:this.words.no}
</button>`}async#s(e,t,s){let a=function(e,t,s){return"sending"===e?.state?{press:{helpful:s,state:"sending"},send:!1}:t===s&&"failed"!==e?.state?{press:e,send:!1}:{press:{helpful:s,state:"sending"},send:!0}}(this.#e.get(n(e)),s,t);this.#n(e,a.press),a.send&&await this.#a(e,t)}async#a(e,t){let s=await async function(e,t,s){await e.ask(`events/${t.seq}/feedback`,{helpful:s}),e.state.events.some(e=>n(e)===n(t))&&e.take([{...t,feedback:{helpful:s}}])}(this.tools.chat,e,t).then(()=>!0,()=>!1),a=function(e,t,s){return e.helpful!==t?{press:e,send:!0}:{press:{helpful:t,state:s?"stored":"failed"},send:!1}}(this.#e.get(n(e)),t,s);this.#n(e,a.press),a.send&&await this.#a(e,a.press.helpful)}#n(e,t){t&&this.#e.set(n(e),t),this.tools.draw()}};function o(e,t){return e.replace(/\{(\w+)\}/g,(e,s)=>{let n=function(e,t){return Object.prototype.hasOwnProperty.call(e,t)?e[t]:void 0}(t,s);return void 0===n?e:`${n}`})}function i(e,t){return"en"===t||/[^\x00-\x7f\u2000-\u206f]/.test(e)?void 0:"en"}function r(e,t){return"object"==typeof e&&null!==e?e[t]:void 0}function l(e,t){let s=r(e,t);return"string"==typeof s?s:""}function c(e,t){let s=r(e,t);return Array.isArray(s)?s:[]}function d(e,t,s="",n){let a=s&&i(s,n)?t.indexOf(s):-1;return a<0?t:e`${t.slice(0,a)}<span lang="en">${s}</span>${t.slice(a+s.length)}`}function h(e,t,n){let a=function(e,t){let n=r(e,"review");return void 0===n?n:s(l(n,"on"),t)}(e,n);if(void 0===a)return"";if(!a)return t.unreviewed;let i=r(e,"review"),c=[l(i,"reviewer"),l(i,"role")].filter(Boolean).join(", "),d=s(l(i,"next_review"),n),h=c?o(t.reviewed,{who:c,date:a}):o(t.reviewed_unnamed,{date:a});return d?`${h} ${o(t.next_review,{date:d})}`:h}function u(e,t,n){let a=l(e,"document");return a&&o(t.document_dated,{title:a,date:s(l(e,"document_date"),n)||t.no_date})}var p=class{constructor(e,t){this.tools=e,this.words=t}#e=new Set;draw(e,t){let{html:s,nothing:a,safely:o}=this.tools,{source:i}=e,h=this.tools.sourceLine(i),u=l(i,"kind");if(!h||"clinic"===u&&!r(i,"review"))return null;let p=this.#e.has(n(e));return s`<button
type="button"
class="source"
data-test="source-toggle"
aria-expanded=${p}
aria-controls=${`source-${t}`}
@click=${o(t=>this.#n(e,t.currentTarget))}
>
<span data-test=${`source-${u}`}>${d(s,h,(f=i,c(f,"passages").map(e=>l(e,"title")).filter(Boolean))[0],this.tools.lang)}</span>
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9l6 6 6-6" /></svg>
</button>
<div class="passages" id=${`source-${t}`} aria-live="off" data-test="source-text" ?hidden=${!p}>
${p?this.#t(i):a}
</div>`;var f}#t(e){let{html:t,lang:s}=this.tools,n=(n,a)=>n?t`<p data-test=${a}>${d(t,n,l(e,"document"),s)}</p>`:null;return[...c(e,"passages").map(e=>this.#s(l(e,"title"),l(e,"text"))),n(u(e,this.words,s),"source-document"),n(h(e,this.words,s),"source-review"),...c(e,"cautions").map(e=>this.#a(e))]}#s(e,t){let{html:s,lang:n,nothing:a}=this.tools,o=i(t,n)??a;return s`<p lang=${o}><strong>${e}</strong></p>
<blockquote lang=${o}>${t}</blockquote>`}#a(e){let{html:t,lang:s,nothing:n}=this.tools,{words:a}=this,o=l(e,"text"),r=e=>i(e,s)??n,d=c(e,"sources").map(e=>{let s=function(e){let t=function(e){try{let t=new URL(e,void 0);return/^https?:$/.test(t.protocol)&&!t.username?t.href:""}catch{return""}}(e);return t.startsWith("https:")?t:""}(l(e,"url")),n=l(e,"name")||s;return t`<li lang=${r(n)}>
${s?t`<a href=${s} target="_blank" rel="noreferrer">${n}</a>`:n}
</li>`});return t`<div data-test="source-caution">
<p><strong>${a.caution}</strong></p>
<p lang=${r(o)}>${o}</p>
${d.length?t`<p>${a.sources}</p>
<ul>
${d}
</ul>`:n}
</div>`}#n(e,t){let s=n(e);this.#e.delete(s)||this.#e.add(s),this.tools.draw(),t.nextElementSibling?.scrollIntoView({block:"nearest"})}};function f(e){let t="number"==typeof r(e,"status");return{message:t?l(e,"message"):"",code:t?l(e,"code"):"",lost:t&&!0===r(e,"lost")}}var m=["name","phone","email"],w=new Map([["bad_name","name"],["bad_phone","phone"],["contact_needed","phone"],["bad_email","email"],["consent_needed","consent"]]),g={name:{type:"text",complete:"name"},phone:{type:"tel",complete:"tel"},email:{type:"email",complete:"email"}},y=class{constructor(e,t,s,n){this.tools=e,this.words=t,this.done=s,this.cancel=n}#e;#t=!1;draw(){let{html:e,nothing:t,safely:s}=this.tools,{words:n}=this,a=this.#e;return e`<form
novalidate
data-test="contact-form"
@submit=${s(e=>(e.preventDefault(),this.#n(e.currentTarget)))}
>
<p>${n.contact_intro}</p>
<p>${n.contact_urgent}</p>
${m.map(e=>this.#s(e))}
<fieldset>
<legend>${n.contact_safe}</legend>
${["yes","no"].map(t=>e`<label><input type="radio" name="safe" value=${t} />${n[t]}</label>`)}
</fieldset>
<label>
<input
type="checkbox"
name="consent"
aria-invalid=${"consent"===a?.place}
aria-describedby="contact-consent-wrong"
/><span>${n.contact_consent}</span>
</label>
${this.#a("consent")}
<div role="alert">${a&&!a.place?e`<p class="wrong" data-test="contact-wrong">${a.words}</p>`:t}</div>
<div class="choices">
<button type="submit" class="send" data-test="contact-send">
${this.#t?n.sending:n.contact_send}
</button>
<button type="button" data-test="contact-cancel" @click=${s(()=>this.cancel())}>${n.cancel}</button>
</div>
</form>`}#s(e){let{html:t}=this.tools,{type:s,complete:n}=g[e];return t`<label for=${`contact-${e}`}>${this.words[`contact_${e}`]}</label>
<input
id=${`contact-${e}`}
name=${e}
type=${s}
inputmode=${s}
autocomplete=${n}
aria-invalid=${this.#e?.place===e}
aria-describedby=${`contact-${e}-wrong`}
/>
${this.#a(e)}`}#a(e){let t=this.#e?.place===e?this.#e.words:"";return this.tools.html`<p class="wrong" id=${`contact-${e}-wrong`} data-test=${`contact-${e}-wrong`}>${t}</p>`}async#n(e){if(!this.#t){this.#o(void 0,!0);try{await this.tools.chat.ask("contact",function(e){let t=e.get("safe");return{...Object.fromEntries(m.map(t=>[t,String(e.get(t)??"")])),consent:null!==e.get("consent"),safe_to_leave_message:null===t?null:"yes"===t}}(new FormData(e))),this.#t=!1,this.done(this.words.contact_thanks)}catch(t){let s=function(e,t){let{code:s,message:n}=f(e);return{place:w.get(s)??"",words:n||t.contact_failed}}(t,this.words);this.#o(s,!1),e.querySelector(`[name="${s.place||"none"}"]`)?.focus()}}}#o(e,t){this.#e=e,this.#t=t,this.tools.draw()}};function $({chat:t,lang:s},n){return function(t,s,n){let a={visitor:s.copy_you,bot:s.copy_bot,staff:s.copy_staff,system:s.copy_system};return`${t.map(t=>`${function(t,s){return new Date(t).toLocaleString(e(s))}(t.at,n)}  ${(e=>function(e){return e.replace(/[\u202a-\u202e\u2066-\u2069]/g,"")}([e.name,e.title].filter(Boolean).join(", "))||a[e.from])(t)}: ${t.text}`).join("\n\n")}\n`}([...t.state.earlier,...t.state.events],n,s)}var v=["P0","P1"];function b(e){for(let t of[...e].reverse()){if("boolean"==typeof t.person)return t.person;if("staff"===t.from)return!0}return!1}var _=class{constructor(e,t){this.tools=e,this.words=t;let s=e.safely(e=>this.#i(e));e.menu.closest(".panel")?.addEventListener("keydown",s)}#e;#t="";#s=!1;#a;#n;button(){let e=void 0!==this.#e;return this.tools.html`<button
type="button"
class="close more"
data-test="menu"
aria-expanded=${e}
@click=${this.tools.safely(t=>e?this.#r():this.#l("menu",t))}
>
${this.words.menu}
</button>`}offer(e){return"system"===e.from&&Array.isArray(e.offers)&&e.offers.includes("contact")?this.tools.html`<div class="replies">${this.#c("contact",this.words.contact)}</div>`:null}sheet(){if(!this.#e)return null;let{words:e}=this,{html:t}=this.tools,s={menu:e.menu_title,contact:e.contact,new:e.new,delete:e.delete,said:""}[this.#e];return t`<div
class="sheet"
role="group"
aria-label=${s||e.menu_title}
data-test="sheet"
>
${s?t`<h3 tabindex="-1">${s}</h3>`:null} ${this.#o(this.#e)}
</div>`}#o(e){let{html:t,nothing:s,chat:n}=this.tools,{words:a}=this;if("contact"===e)return(this.#a??=this.#d()).draw();if("said"===e)return t`<p tabindex="-1" data-test="said">${this.#t}</p>
${this.#h("said-close",a.close,()=>this.#r())}`;if("delete"===e)return t`<p>${a.delete_asked}</p>
<div class="choices">
${this.#h("delete-yes",this.#s?a.sending:a.delete_yes,()=>this.#u())}
${this.#h("delete-no",a.delete_no,()=>this.#r())}
</div>`;if("new"===e){let{staff:e,crisis:o}=function(e){let t=e.map(e=>e.level).filter(Boolean),s=e.some(e=>!1===e.person)&&!b(e);return{staff:b(e)||t.length>0&&!s,crisis:t.some(e=>v.includes(e))}}(n.state.events),i=n.state.pending.some(({status:e})=>"failed"===e);return t`<p>${a.new_asked}</p>
${i?t`<p data-test="new-undelivered">${a.new_undelivered}</p>`:s}
${e?t`<p data-test="new-staff">${a.new_staff}</p>`:s}
${o?t`<p data-test="new-urgent">${a.new_urgent}</p>`:s}
<div class="choices">
${this.#h("new-yes",a.new,()=>this.#p())}
${this.#h("new-no",a.delete_no,()=>this.#r())}
</div>`}return t`<div class="choices">
${this.#c("contact",a.contact)}
${n.state.events.length?t`${this.#h("copy",a.copy,()=>this.#f())}
${this.#h("clip",a.clip,()=>this.#m())} ${this.#c("new",a.new)}
${this.#c("delete",a.delete)}`:s}
</div>
<p data-test="leave-about">${a.leave_about}</p>`}#d(){return new y(this.tools,this.words,e=>this.#w(e),()=>this.#r())}#h(e,t,s){let{html:n,safely:a}=this.tools;return n`<button type="button" data-test=${e} @click=${a(s)}>${t}</button>`}#c(e,t){return this.#h(`open-${e}`,t,t=>this.#l(e,t))}#l(e,t){let s=t.currentTarget;s.closest(".sheet")||(this.#n=s),this.#g(e)}#g(e){this.#e=e,this.tools.draw(),this.#y({menu:"button",contact:"h3",new:"h3",delete:"h3",said:"p"}[e])?.focus()}#w(e){this.#t=e,this.#a=void 0,this.#g("said")}#r(){this.#e=this.#a=void 0,this.tools.draw(),(this.#n?.isConnected?this.#n:this.tools.menu.querySelector(".more"))?.focus()}async#f(){await async function(e,t){let s=await async function({chat:e}){let t=await e.ask("export");if(!t.headers.get("content-type")?.startsWith("text/plain"))throw new Error("no text");return t.text()}(e).catch(()=>$(e,t)),n=document.createElement("a");n.href=URL.createObjectURL(new Blob([s],{type:"text/plain;charset=utf-8"})),n.download=t.copy_file,n.click(),setTimeout(()=>URL.revokeObjectURL(n.href),6e4)}(this.tools,this.words),this.#w(this.words.copied)}async#m(){this.#w(await async function(e,t){try{return await navigator.clipboard.writeText($(e,t)),t.clipped}catch{return t.not_clipped}}(this.tools,this.words))}#p(){this.tools.chat.rest(),this.tools.chat.lose("fresh"),this.tools.forget(),this.#w(this.words.new_done)}async#u(){if(this.#s)return;this.#s=!0,this.tools.draw();let e=await async function({chat:e},t){try{let s=await(await e.ask("",void 0,"DELETE")).json();if(!0!==r(s,"deleted"))return l(s,"message")||t.not_deleted}catch(e){let{lost:s,message:n}=f(e);if(!s)return n||t.not_deleted}return e.lose("fresh"),t.deleted}(this.tools,this.words);this.#s=!1,this.#w(e)}#i(e){!this.#e||!this.tools.menu.isConnected||"Escape"!==e.key||e.isComposing||(e.stopPropagation(),this.#r())}#y(e){return this.tools.place.querySelector(`.sheet ${e}`)}},k={today:"Today",yesterday:"Yesterday",document_dated:"From the document “{title}” ({date})",no_date:"no date given",reviewed:"Reviewed by {who}, on {date}.",reviewed_unnamed:"Reviewed on {date}.",next_review:"Next review: {date}.",unreviewed:"This answer has no current review by a clinician.",caution:"Please also know",sources:"You can read more here:",question:"Did this answer your question?",yes:"Yes",no:"No",said_yes:"You said yes. Thank you.",said_no:"You said no. Thank you for telling us.",offer:"Would you like to ask our staff?",failed:"That could not be sent. Try again.",menu:"More",menu_title:"More you can do here",close:"Close",cancel:"Cancel",sending:"Sending…",contact:"Leave your number",contact_intro:"Our staff can contact you. Leave a phone number or an email address.",contact_urgent:"In danger or in a crisis? Please don't wait for our call. Use the lines above now.",contact_name:"Your name (you can leave this out)",contact_phone:"Phone number",contact_email:"Email address",contact_safe:"Is it safe to leave a message?",contact_consent:"I agree that the clinic saves these details and uses them to contact me about this chat.",contact_send:"Send",contact_failed:"That could not be sent. Please try again, or call the clinic.",contact_thanks:"Thank you. Your details are saved for our staff.",copy:"Save a copy",copied:"Your browser now saves the chat as a file. Others who use this device may be able to read it.",copy_file:"chat.txt",copy_you:"You",copy_bot:"Automated assistant",copy_staff:"Clinic staff",copy_system:"Notice",clip:"Copy the chat",clipped:"The chat is copied. You can paste it where you like. Others who use this device may be able to paste it, too.",not_clipped:"Your browser did not let us copy the chat. You can save a copy as a file.",new:"Start a new chat",new_asked:"This device will forget this chat. The clinic keeps it.",new_undelivered:"What is not delivered will not be sent.",new_staff:"Our staff have this chat. They can't answer you in the new one.",new_urgent:"In danger or in a crisis? Use the lines above now.",new_done:"This device has forgotten your chat. You can start a new one.",leave_about:"“Leave quickly” hides this page, and this device forgets the chat. Staff still have the chat. Your browser may still list this site.",delete:"Delete my data",delete_asked:"Delete this chat and any contact details you left? You can't undo this. You may want to save a copy first.",delete_yes:"Delete",delete_no:"Keep my chat",deleted:"Your chat was deleted, here and at the clinic. You can start a new one.",not_deleted:"Your chat was not deleted. Please try again, or call the clinic."},x=class{constructor(e){this.tell=e}#e=-3e3;#t;typed(){Date.now()-this.#e>=3e3&&this.#s(!0),clearTimeout(this.#t),this.#t=setTimeout(()=>this.#s(!1),5e3)}#s(e){this.#e=Date.now(),this.tell(e)}};function S(e){try{return e()}catch{return null}}function T(s,n){if("e8adca3b"!==s)return;let o=function(e){return function(e,t){return t?Object.fromEntries(Object.keys(e).map((e,s)=>[e,t[s]])):e}(k,e)}(n.list),i=new p(n,o),r=new a(n,o),l=new _(n,o),c=new x(e=>{b(n.chat.state.events)&&n.chat.ask("typing",{typing:e}).catch(()=>{})});!function(e,t){try{let s=new CSSStyleSheet;s.replaceSync(t),e.adoptedStyleSheets=[...e.adoptedStyleSheets,s]}catch{let s=document.createElement("style");s.textContent=t,e.appendChild(s)}}(n.root,".source{display:flex;align-items:center;gap:.5em;color:var(--soft)}button.source{border:0;padding:0;font-size:.875em;background:none;color:var(--link);text-decoration:underline}[aria-expanded=true] svg{transform:rotate(180deg)}.passages{display:grid;gap:.375em;max-width:90%;color:var(--soft);font-size:.875em}.passages[hidden]{display:none}.passages p,.passages ul{font-size:1em}.passages ul{padding-inline-start:1.375em}blockquote{padding-inline-start:.5em;border-inline-start:4px solid var(--edge);color:var(--ink)}.asked{display:flex;flex-wrap:wrap;align-items:center;gap:.25em .5em;margin-top:.5em}.asked p{flex:0 0 100%;color:var(--soft)}.asked [aria-pressed=true]{border-width:2px;font-weight:600}.more{margin-inline-start:auto;text-decoration:underline}.sheet{flex:none;padding:.75em 1em;border-bottom:1px solid var(--edge)}.sheet>*+*,.sheet form>*+*{margin-top:.5em}h3{font-size:1em}.sheet form,.choices{display:flex}.sheet form{flex-direction:column;align-items:stretch}.choices{flex-wrap:wrap;gap:.5em}.sheet label,legend{font-size:.875em}.sheet input{min-height:44px;padding:.25em .75em;border:1px solid var(--edge);border-radius:12px;background:var(--paper);color:inherit;font:inherit}.sheet label>input{flex:none;min-height:0;width:1.25em;height:1.25em;margin-inline-end:.5em;accent-color:var(--accent)}.sheet label:not([for]){display:flex;align-items:center;min-width:44px;min-height:44px}fieldset{display:flex;flex-wrap:wrap;gap:0 1.5em;padding:0;border:0}legend{padding:0}.wrong{color:var(--alarm);font-weight:600}.wrong:empty{display:none}.sheet [aria-invalid=true]:not(:focus-visible){outline:2px solid var(--alarm)}");let d=n.safely(e=>{"input"===e.target.id&&c.typed()});return n.place.addEventListener("input",d),{source:(e,t)=>S(()=>i.draw(e,t)),day:(s,a)=>S(()=>function(s,n,a,o,i){let r=new Date(s),l=t(n)-t(r);return 0===l?o:1===l?i:r.toLocaleDateString(e(a),{weekday:"long",month:"long",day:"numeric"})}(s,a,n.lang,o.today,o.yesterday)),below:(e,t)=>S(()=>[r.draw(e,t),l.offer(e)]),menu:()=>S(()=>l.button()),sheet:()=>S(()=>l.sheet())}}export{T as start};
