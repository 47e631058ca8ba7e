/* The list of saved operations, a plugin of GraphiQL. */

const { createElement: h, useEffect } = React;
const { useEditorContext, useExecutionContext, usePluginStore } = GraphiQL.React;

const NARROW = window.matchMedia("(max-width: 900px)");
const ROLES = ["Anyone", "Administrator", "Manager", "Staff", "Worker", "Client administrator", "Client contact"];

export function examplesPlugin(examples) {
  const known = ROLES.filter((role) => examples.some((example) => example.role === role));
  return {
    title: "Examples",
    icon: () =>
      h(
        "svg",
        { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5 },
        h("path", { d: "M4 6h2M4 12h2M4 18h2M10 6h10M10 12h10M10 18h10" }),
      ),
    content: () => h(Examples, { examples, roles: known }),
  };
}

function Examples({ examples, roles }) {
  const open = useOpenInNewTab();
  const entry = (example) => {
    const button = h("button", { type: "button", onClick: () => open(example) }, example.title);
    return h("li", { key: example.title }, button);
  };
  return h(
    "div",
    { className: "examples" },
    h("h2", null, "Examples"),
    h("p", null, "Each opens in a new tab. Values like req_… stand for ids of your own data."),
    roles.map((role) =>
      h(
        "section",
        { key: role },
        h("h3", null, role),
        h("ul", null, examples.filter((example) => example.role === role).map(entry)),
      ),
    ),
  );
}

let waiting = null;

function useOpenInNewTab() {
  const { addTab } = useEditorContext({ nonNull: true });
  const { stop } = useExecutionContext({ nonNull: true });
  const { setVisiblePlugin } = usePluginStore();
  return (example) => {
    stop();
    waiting = example;
    addTab();
    if (NARROW.matches) setVisiblePlugin(null);
  };
}

/** addTab takes no text, so the example is written once the new tab is there. Used by the bar, which outlives
    the list of examples. */
export function useWaitingExample() {
  const { tabs, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    if (!waiting) return;
    const { query, variables } = waiting;
    waiting = null;
    queryEditor.setValue(query);
    variableEditor.setValue(Object.keys(variables).length ? JSON.stringify(variables, null, 2) : "");
  }, [tabs.length, queryEditor, variableEditor]);
}

/** A plugin named as `visiblePlugin` is chosen, but GraphiQL 4 keeps its pane hidden; its button opens both. */
export function useExamplesOpenAtFirst() {
  const ready = usePluginStore().plugins.length > 0;
  useEffect(() => {
    const button = document.querySelector('.graphiql-sidebar [aria-label="Show Examples"]');
    if (ready && !NARROW.matches) button?.click();
  }, [ready]);
}
