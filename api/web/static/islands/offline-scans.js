// Logs who came and went while there is no network, signs each attendance with this device's own key, and
// sends it later. The key is an Ed25519 pair made here; its private half can't leave the browser.
// A record leaves this device only when the server has given its final answer.

const HEX = [...Array(256)].map((_, n) => n.toString(16).padStart(2, '0'));
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ', WEIGHTS = [3, 5, 7, 9, 11, 13, 15];
const root = document.querySelector('offline-scans');
const words = JSON.parse(root.querySelector('[data-words]').content.textContent);
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const say = (text) => { part('status').textContent = text; };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const clock = (at) => new Date(at).toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' });

// Canonical JSON (RFC 8785) of a flat record: our values are texts and whole numbers only.
const canonical = (record) => new TextEncoder().encode(`{${Object.keys(record).sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(record[key])}`).join(',')}}`);
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => HEX[byte]).join('');
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let at = Date.now();
  for (let i = 5; i >= 0; i -= 1) { bytes[i] = at % 256; at = Math.floor(at / 256); }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

function readNumber(typed) {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '');
  const body = plain.slice(1).replace(/O/g, '0').replace(/[IL]/g, '1');
  if (plain[0] !== 'V' || body.length !== 8 || [...body].some((letter) => !ALPHABET.includes(letter))) return null;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * ALPHABET.indexOf(body[i]), 0);
  return ALPHABET[sum % 32] === body[7] ? `V-${body}` : null;
}

// One small store: 'device' (id, keys, counter, prev), 'in' (who is in), 'queue' (signed, unsent), per organisation.
const db = await new Promise((done, fail) => {
  const opening = indexedDB.open('tongcheng-offline', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('kept');
  opening.onsuccess = () => done(opening.result);
  opening.onerror = () => fail(opening.error);
});
const slot = (name) => `${root.dataset.organisation}/${name}`;
const kept = (name) => new Promise((done, fail) => {
  const asked = db.transaction('kept').objectStore('kept').get(slot(name));
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});
const keep = (values) => new Promise((done, fail) => {
  const writing = db.transaction('kept', 'readwrite', { durability: 'strict' });
  for (const [name, value] of Object.entries(values)) writing.objectStore('kept').put(value, slot(name));
  writing.oncomplete = () => done();
  writing.onerror = () => fail(writing.error);
});

async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': uuid7() }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function enrolled() {
  const known = await kept('device');
  if (known) return known;
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const publicKey = base64url(await crypto.subtle.exportKey('raw', pair.publicKey));
  const { device_id: id } = await post('/api/v1/devices', { organisation_id: root.dataset.organisation, public_key: publicKey, title: navigator.platform || 'browser' });
  const device = { id, privateKey: pair.privateKey, counter: 0, prev: '0'.repeat(64) };
  await keep({ device, in: {}, queue: [] });
  return device;
}

async function show() {
  const inside = await kept('in'), queue = await kept('queue'), lines = [];
  for (const [key, at] of Object.entries(inside)) {
    const [shift, number] = key.split('/');
    if (shift === root.dataset.shift) lines.push([number, fill(words.in, { at: clock(at) })]);
  }
  for (const { record, told } of queue) lines.push([record.number, told ?? fill(words.done, { from: clock(record.in_at), to: clock(record.out_at) })]);
  part('queue').replaceChildren(...(lines.length ? lines : [['', words.empty]]).map(([number, text]) => {
    const line = document.createElement('li');
    const bold = document.createElement('b');
    bold.textContent = number;
    line.append(bold, ` ${text}`);
    return line;
  }));
  part('send').disabled = queue.length === 0;
}

async function sign(device, number, inAt, outAt) {
  const record = {
    v: 1, ref: uuid7(), device_id: device.id, number, shift_id: root.dataset.shift, in_at: inAt, out_at: outAt,
    device_at: new Date().toISOString(), counter: device.counter + 1, prev: device.prev,
  };
  const bytes = canonical(record);
  const signature = base64url(await crypto.subtle.sign('Ed25519', device.privateKey, bytes));
  const next = { ...device, counter: record.counter, prev: hex(await crypto.subtle.digest('SHA-256', bytes)) };
  return { next, item: { record, signature } };
}

async function log(way) {
  const number = readNumber(part('form').elements.number.value);
  if (!number) { say(words.bad); return; }
  const inside = await kept('in'), key = `${root.dataset.shift}/${number}`, at = new Date().toISOString();
  if (way === 'in') {
    if (inside[key]) { say(fill(words.already, { at: clock(inside[key]) })); return; }
    await keep({ in: { ...inside, [key]: at } });
    say(fill(words.came, { number }));
  } else {
    if (!inside[key]) { say(words.notin); return; }
    const { next, item } = await sign(await kept('device'), number, inside[key], at);
    const { [key]: _, ...others } = inside;
    await keep({ device: next, in: others, queue: [...await kept('queue'), item] });
    say(fill(words.went, { number }));
  }
  part('form').reset();
  part('form').elements.number.focus();
  await show();
}

async function send() {
  const queue = (await kept('queue')).slice(0, 200), device = await kept('device');
  const counts = { accepted: 0, repeat: 0, refused: 0, waiting: 0 };
  try {
    const { items } = await post('/api/v1/late-scans', { device_id: device.id, items: queue.map(({ record, signature }) => ({ record, signature })) });
    const answers = new Map(items.map((one) => [one.ref, one]));
    const rest = [];
    const refused = [];
    for (const item of await kept('queue')) {
      const told = answers.get(item.record.ref);
      if (told) counts[told.verdict] += 1;
      if (!told || !told.final) rest.push(told ? { ...item, told: words.waiting } : item);
      else if (told.verdict === 'refused') refused.push(`${item.record.number}: ${told.detail}`);
    }
    await keep({ queue: rest });
    say([fill(words.sent, counts), ...refused].join(' '));
  } catch {
    say(words.unsent);
  }
  await show();
}

// One act at a time, so that counter and chain never fork.
let turn = Promise.resolve();
const inTurn = (act) => { turn = turn.then(act).catch(() => say(words.unsent)); };
part('form').addEventListener('submit', (event) => { event.preventDefault(); const way = event.submitter?.dataset.way ?? 'in'; inTurn(() => log(way)); });
part('send').addEventListener('click', () => inTurn(send));
addEventListener('online', () => inTurn(send));

try {
  await enrolled();
  say(words.ready);
  await show();
} catch (error) {
  say(error instanceof TypeError ? words.enrol : words.unfit);
}
