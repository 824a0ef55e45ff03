// Refreshes api/web/static/v from the packages of package-lock.json: `npm ci && npm run build`.
// Serving needs no Node; whoever changes a template's classes runs this once and commits the result.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../..");
const out = join(here, "../static/v");

const ICONS = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
const PAGES = ["api/web/templates", "resident_ui/templates", "admin_ui/templates", "api/web/static/islands"];
// Families of classes that pages may start to use without a rebuild.
const KEEP = [/^(btn|form|input|card|table|alert|badge|nav|navbar|list-group|datagrid|empty|steps?|progress)/,
  /^(page|container|row|col|g|d|m[tbsexy]?|p[tbsexy]?|gap|text|fw|w|h|flex|align|justify|order|visually)(-|$)/,
  /^(is-invalid|active|disabled|show|collapsing|collapse|hr|lead|small|icon|dropdown|was-validated)/];

function files(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(html|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

// Dark follows the system without any script: each rule for [data-bs-theme=dark] moves, in its place,
// into a media query that speaks of the root.
const darkFollowsSystem = {
  postcssPlugin: "dark-follows-system",
  Rule(rule) {
    if (!rule.selector.includes("data-bs-theme=dark") || rule.parent.params === "(prefers-color-scheme: dark)") return;
    const media = postcss.atRule({ name: "media", params: "(prefers-color-scheme: dark)" });
    const moved = rule.clone({ selector: rule.selector.replace(/(?:body|html)?\[data-bs-theme=["']?dark["']?\]/g, ":root") });
    media.append(moved);
    rule.replaceWith(media);
  },
};

async function tabler() {
  const raw = readFileSync(join(here, "node_modules/@tabler/core/dist/css/tabler.min.css"), "utf8");
  const [purged] = await new PurgeCSS().purge({
    content: PAGES.flatMap(files).map((file) => ({ raw: readFileSync(file, "utf8"), extension: "html" })),
    css: [{ raw }],
    safelist: { standard: KEEP, greedy: [/data-bs-theme/] },
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const done = await postcss([darkFollowsSystem]).process(purged.css, { from: undefined });
  return done.css.replace(/\/\*# sourceMappingURL.*?\*\//, "").replace(/@import[^;]+;/g, "");
}

function sprite() {
  const symbols = ICONS.map((name) => {
    const svg = readFileSync(join(here, `node_modules/@tabler/icons/icons/outline/${name}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.indexOf("</svg>")).trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

function packageOf(name) {
  return JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
}

const assets = [
  ["tabler.css", "@tabler/core", await tabler()],
  ["htmx.js", "htmx.org", readFileSync(join(here, "node_modules/htmx.org/dist/htmx.min.js"), "utf8")
    .replace(/\n?\/\/# sourceMappingURL.*\n?$/, "\n")],
  ["icons.svg", "@tabler/icons", sprite()],
];
mkdirSync(out, { recursive: true });
for (const old of readdirSync(out)) rmSync(join(out, old));
const listed = assets.map(([asset, name, content]) => {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const file = asset.replace(".", `-${sha256.slice(0, 12)}.`);
  writeFileSync(join(out, file), content);
  const { version, license } = packageOf(name);
  return { asset, file, name, version, licence: license, sha256 };
});
writeFileSync(join(out, "VENDOR.json"), JSON.stringify(listed, null, 2) + "\n");
console.log(listed.map((one) => `${one.file} (${one.name} ${one.version})`).join("\n"));
