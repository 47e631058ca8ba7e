/* What the browser keeps between visits. */

const SECRET = /password|secret|token|pin\b/i;
const HELD = { "graphiql:query": "query", "graphiql:variables": "variables" };

/** GraphiQL writes the headers of each run into its history, whatever shouldPersistHeaders says. Here no header
    reaches the disk, and no operation that speaks of a password, a PIN, a secret or a token. */
export function discreetStorage() {
  const disk = GraphiQL.createLocalStorage({ namespace: "guichet" });
  return Object.assign(Object.create(disk), {
    getItem: (key) => (key in HELD ? activeTab(disk)?.[HELD[key]] ?? null : disk.getItem(key)),
    setItem(key, text) {
      if (/:(tabState|queries|favorites)$/.test(key)) disk.setItem(key, withoutSecrets(text));
      else if (/:(theme|\w+Flex)$/.test(key)) disk.setItem(key, text);
    },
  });
}

function activeTab(disk) {
  const state = JSON.parse(disk.getItem("graphiql:tabState") ?? "null");
  return state?.tabs?.[state.activeTabIndex];
}

function withoutSecrets(text) {
  const discreet = (item) => !SECRET.test(`${item.query} ${item.variables}`);
  return JSON.stringify(JSON.parse(text), (key, value) => {
    if (key === "headers" || key === "hash") return null;
    if (key === "queries" || key === "favorites") return value.filter(discreet);
    if (key === "tabs") return value.map((tab) => (discreet(tab) ? tab : { ...tab, query: "", variables: "" }));
    return value;
  });
}
