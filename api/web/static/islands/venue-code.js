// The rotating code goes on by itself: holds the signed steps of the coming hour and draws them on time.
// The server's clock counts: every answer carries its time, and the difference to ours is kept.
// Without this script the page reloads itself every few seconds instead.

const screen = document.querySelector('[data-island="venue-code"]');
const steps = { in: new Map(), out: new Map() };
const CHUNK = 60, LOW_WATER = 330;
let gate = screen.dataset.gate, skew = 0, seconds = 10, last = 0, ends = Infinity, drawn = '', fetching = false, retryAt = 0;

const part = (name) => screen.querySelector(`[data-${name}]`);
const now = () => Date.now() + skew;
const stepNow = () => Math.floor(now() / 1000 / seconds);

async function fill() {
  if (fetching || Date.now() < retryAt || last - stepNow() > LOW_WATER || last >= ends) return;
  fetching = true;
  try {
    const asked = Date.now();
    const answer = await fetch(`${screen.dataset.steps}?first=${Math.max(last + 1, stepNow())}&count=${CHUNK}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await answer.json();
    // Half of the way there and back is how old the server's time is by now.
    skew = body.server_ms + (Date.now() - asked) / 2 - Date.now();
    seconds = body.step_seconds;
    ends = body.last_step;
    for (const [name, list] of Object.entries(body.gates)) {
      for (const one of list) { steps[name].set(one.step, one); last = Math.max(last, one.step); }
    }
    retryAt = body.gates.in.length ? 0 : Date.now() + 10_000;
    // The hour ahead moves on with the clock; what could be signed last now is not the end for ever.
    if (last >= ends) { ends = Infinity; retryAt = Date.now() + 60_000; }
  } catch {
    retryAt = Date.now() + 5_000;
  }
  fetching = false;
}

function draw(one) {
  const size = one.rows.length, squares = [];
  one.rows.forEach((row, y) => {
    const bits = [...row].map((digit) => parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
    for (let x = 0; x < size; x += 1) if (bits[x] === '1') squares.push(`M${x},${y}h1v1h-1z`);
  });
  const space = 'http://www.w3.org/2000/svg';
  const image = document.createElementNS(space, 'svg');
  image.setAttribute('viewBox', `-4 -4 ${size + 8} ${size + 8}`);
  image.setAttribute('role', 'img');
  image.setAttribute('aria-label', one.short);
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', squares.join(''));
  path.setAttribute('fill', '#000');
  image.append(path);
  part('image').replaceChildren(image);
  part('short').textContent = `${one.short.slice(0, 3)} ${one.short.slice(3)}`;
}

function tick() {
  const step = stepNow(), one = steps[gate].get(step), want = `${gate}${step}`;
  const rest = 1 - (now() / 1000 / seconds - step);
  part('ring').setAttribute('stroke-dashoffset', String(100 * (1 - rest)));
  if (one && want !== drawn) { draw(one); drawn = want; part('message').textContent = ''; }
  if (!one && last && want !== drawn) {
    part('image').replaceChildren();
    part('short').textContent = '';
    part('message').textContent = screen.dataset.over;
  }
  for (const held of Object.values(steps)) for (const old of held.keys()) if (old < step - 1) held.delete(old);
  if (last > step) {
    const until = new Date((last + 1) * seconds * 1000).toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' });
    part('offline').textContent = screen.dataset.until.replace('{at}', until);
  }
  fill();
}

for (const link of screen.querySelectorAll('[data-gate-link]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    gate = link.dataset.gateLink;
    for (const other of screen.querySelectorAll('[data-gate-link]')) other.removeAttribute('aria-current');
    link.setAttribute('aria-current', 'true');
    part('gate-name').textContent = screen.dataset[gate];
    drawn = '';
    history.replaceState(null, '', link.href);
    tick();
  });
}

const awake = () => navigator.wakeLock?.request('screen').catch(() => {});
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') awake(); });
awake();
setInterval(tick, 250);
tick();
